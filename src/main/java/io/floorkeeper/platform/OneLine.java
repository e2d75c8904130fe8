package io.floorkeeper.platform;

/**
 * Text that stays within its line: whoever reads a log or a list takes a line for one event, so
 * what callers say must not end one, nor move the cursor of a terminal.
 */
public final class OneLine {
  private OneLine() {}

  /** Whether it holds no control character and no separator of lines. */
  public static boolean is(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
        return false;
      }
    }
    return true;
  }
}
