package io.floorkeeper.policy;

import java.util.Random;

/** Documents with one to three small damages. */
public final class Mutations {
  private static final String[] PIECES = {
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    "- ",
    ",",
    "\n",
    "\t",
    "&a ",
    "*a",
    "!!map ",
    "? ",
    "| ",
    "> ",
    "'",
    "\"",
    "#",
    "---\n",
    "%",
    "<<: ",
    "null",
    "~",
    ".nan",
    "-.inf",
    "1e999",
    "0",
    "-1",
    "true",
    "\u0000",
    "\uD800",
    "\uFEFF",
    "\u2028",
    "9".repeat(60),
    "x".repeat(300),
    "name: ",
    "  "
  };

  private Mutations() {}

  /** The document with a character gone, changed, or a piece of syntax put in. */
  public static String of(String document, Random random) {
    StringBuilder text = new StringBuilder(document);
    for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(3)) {
        case 0 -> text.deleteCharAt(at);
        case 1 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
        default -> text.setCharAt(at, (char) (' ' + random.nextInt(95)));
      }
    }
    return text.toString();
  }
}
