package io.floorkeeper.pricing;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names that may have been meant. Compared without what does not tell models apart: case, signs
 * between words, a provider before a slash, a release's date behind.
 */
public final class NearNames {
  /** Comparing two names costs the product of their lengths. */
  private static final int LONGEST = 120;

  private static final Pattern RELEASE = Pattern.compile("[-@:](\\d{8}|\\d{4}-\\d{2}-\\d{2})$");
  private static final Pattern SIGNS = Pattern.compile("[._@: -]+");

  private final List<Known> known;

  /**
   * @param known names that may have been meant
   */
  public NearNames(Collection<String> known) {
    this.known = known.stream().map(name -> new Known(name, plain(name))).toList();
  }

  private record Known(String name, String plain) {}

  private record Near(String name, int distance) {}

  /** The nearest of the known names. */
  public static List<String> of(String written, Collection<String> known, int most) {
    return new NearNames(known).of(written, most);
  }

  /**
   * The nearest of the known names, nearest first; those at a distance of more than a third of the
   * name are not near, and the name itself is not meant.
   *
   * @param most how many
   */
  public List<String> of(String written, int most) {
    String plain = plain(written);
    if (plain.isEmpty() || plain.length() > LONGEST) {
      return List.of();
    }
    int farthest = Math.max(1, plain.length() / 3);
    return known.stream()
        .flatMap(
            name -> {
              String other = name.plain();
              if (other.length() > LONGEST
                  || name.name().equals(written)
                  || Math.abs(other.length() - plain.length()) > farthest) {
                return Stream.empty();
              }
              int distance = distance(plain, other);
              return distance > farthest
                  ? Stream.empty()
                  : Stream.of(new Near(name.name(), distance));
            })
        .sorted(Comparator.comparingInt(Near::distance).thenComparing(Near::name))
        .map(Near::name)
        .limit(most)
        .toList();
  }

  private static String plain(String name) {
    String undated = RELEASE.matcher(name.toLowerCase(Locale.ROOT)).replaceFirst("");
    return SIGNS.matcher(undated.substring(undated.lastIndexOf('/') + 1)).replaceAll("-");
  }

  /**
   * How many letters have to be put in, left out, changed, or swapped with their neighbour: Damerau
   * and Levenshtein's distance, no letter being touched twice.
   */
  public static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(above[j - 1] + change, 1 + Math.min(above[j], row[j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      before = above;
      above = row;
    }
    return above[b.length()];
  }
}
