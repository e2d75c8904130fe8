package io.floorkeeper.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Collects findings in the order in which they are met, each once. Counts beyond the first hundred
 * without keeping them: a hostile document must not make its answer larger than itself.
 */
final class Findings {
  static final int MOST_KEPT = 100;

  private final Set<Finding> kept = new LinkedHashSet<>();
  private int dropped;

  void add(String path, String message) {
    Finding finding = new Finding(path, message);
    if (kept.size() < MOST_KEPT) {
      kept.add(finding);
    } else if (!kept.contains(finding)) {
      dropped++;
    }
  }

  /** Those whose place has no finding yet: what could not be read has no meaning to be wrong. */
  void addAllNew(List<Finding> others) {
    List<String> told = kept.stream().map(Finding::path).toList();
    for (Finding other : others) {
      if (told.stream().noneMatch(path -> isAtOrBelow(path, other.path()))) {
        add(other.path(), other.message());
      }
    }
  }

  private static boolean isAtOrBelow(String path, String other) {
    return path.startsWith(other)
        && (path.length() == other.length() || ".[".indexOf(path.charAt(other.length())) >= 0);
  }

  /** {@link Names#hint}, while anyone will read it: guesses cost more than all the rest. */
  String hint(String written, Collection<String> known) {
    return kept.size() < MOST_KEPT ? Names.hint(written, known) : "";
  }

  List<Finding> all() {
    List<Finding> all = new ArrayList<>(kept);
    if (dropped > 0) {
      all.add(new Finding("", "and " + dropped + " more findings"));
    }
    return List.copyOf(all);
  }

  void throwIfAny() {
    if (!kept.isEmpty()) {
      throw new InvalidPolicyException(all());
    }
  }
}
