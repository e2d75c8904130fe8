package io.floorkeeper.policy;

import io.floorkeeper.pricing.NearNames;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;

/** How findings write paths and names that users chose, and guess at the name that was meant. */
final class Names {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final int LONGEST_SHOWN = 64;

  private Names() {}

  /** {@code path.key}, or {@code path["key"]} where a dot in the key would mislead. */
  static String path(String parent, String key) {
    if (PLAIN.matcher(key).matches()) {
      return parent.isEmpty() ? key : parent + "." + key;
    }
    return parent + "[\"" + shortened(key) + "\"]";
  }

  static String path(String parent, int index) {
    return parent + "[" + index + "]";
  }

  static String shortened(String text) {
    return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
  }

  /** "; did you mean 'frontier'?", or the known ones where nothing is near. */
  static String hint(String written, Collection<String> known) {
    Optional<String> near = nearest(written, known);
    if (near.isPresent()) {
      return "; did you mean '" + near.get() + "'?";
    }
    if (known.isEmpty() || known.size() > 24) {
      return "";
    }
    return "; known: " + String.join(", ", known.stream().map(Names::shortened).toList());
  }

  /** The known name at the smallest edit distance, if that is at most a third of the word. */
  private static Optional<String> nearest(String written, Collection<String> known) {
    if (written.length() > LONGEST_SHOWN || known.size() > 1_000) {
      return Optional.empty();
    }
    String best = null;
    int bestDistance = Math.max(1, written.length() / 3) + 1;
    for (String name : known) {
      if (Math.abs(name.length() - written.length()) < bestDistance) {
        int distance = NearNames.distance(normal(written), normal(name));
        if (distance < bestDistance) {
          best = name;
          bestDistance = distance;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private static String normal(String name) {
    return name.toLowerCase(java.util.Locale.ROOT).replace('-', '_');
  }
}
