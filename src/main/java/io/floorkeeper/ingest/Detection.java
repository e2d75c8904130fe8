package io.floorkeeper.ingest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the first dialect that knows a span, without asking all of them: every test is filed under
 * an attribute that must be there or under the scope that it wants, so only those are tried that
 * may hold. Immutable.
 */
final class Detection {
  private final Filed[] byAttribute;
  private final Map<String, Candidate[]> byScope;
  private final Filed[] byScopeBeginning;
  private final Candidate[] others;

  private record Candidate(int rank, DialectRules rules, Condition.Test test) {}

  private record Filed(String under, Candidate[] candidates) {}

  /**
   * @param ordered the first that knows a span reads it
   */
  Detection(List<DialectRules> ordered) {
    Map<String, List<Candidate>> attribute = new HashMap<>();
    Map<String, List<Candidate>> scope = new HashMap<>();
    Map<String, List<Candidate>> beginning = new HashMap<>();
    List<Candidate> rest = new ArrayList<>();
    for (int rank = 0; rank < ordered.size(); rank++) {
      DialectRules rules = ordered.get(rank);
      for (Condition condition : rules.dialect().detect()) {
        Candidate candidate = new Candidate(rank, rules, new Condition.Test(condition));
        if (!condition.present().isEmpty() || !condition.attribute().isEmpty()) {
          String key =
              condition.present().isEmpty()
                  ? condition.attribute().keySet().stream().sorted().findFirst().orElseThrow()
                  : condition.present().get(0);
          file(attribute, key, candidate);
        } else if (!condition.scope().isEmpty()) {
          for (String name : condition.scope()) {
            if (name.endsWith("*")) {
              file(beginning, name.substring(0, name.length() - 1), candidate);
            } else {
              file(scope, name, candidate);
            }
          }
        } else {
          rest.add(candidate);
        }
      }
    }
    this.byAttribute = filed(attribute);
    this.byScopeBeginning = filed(beginning);
    Map<String, Candidate[]> exact = new HashMap<>();
    scope.forEach((name, candidates) -> exact.put(name, candidates.toArray(Candidate[]::new)));
    this.byScope = Map.copyOf(exact);
    this.others = rest.toArray(Candidate[]::new);
  }

  /** The rules of the first dialect that knows it; null: none does. */
  DialectRules of(RawSpan span) {
    Candidate best = better(null, byScope.get(span.scope()), span);
    for (Filed filed : byScopeBeginning) {
      if (span.scope().startsWith(filed.under)) {
        best = better(best, filed.candidates, span);
      }
    }
    for (Filed filed : byAttribute) {
      if ((best == null || filed.candidates[0].rank < best.rank)
          && span.attributes().containsKey(filed.under)) {
        best = better(best, filed.candidates, span);
      }
    }
    best = better(best, others, span);
    return best == null ? null : best.rules;
  }

  /** Candidates stand in the order of their ranks. */
  private static Candidate better(Candidate best, Candidate[] candidates, RawSpan span) {
    if (candidates == null) {
      return best;
    }
    for (Candidate candidate : candidates) {
      if (best != null && candidate.rank >= best.rank) {
        return best;
      }
      if (candidate.test.holds(span)) {
        return candidate;
      }
    }
    return best;
  }

  private static void file(Map<String, List<Candidate>> into, String under, Candidate candidate) {
    into.computeIfAbsent(under, key -> new ArrayList<>()).add(candidate);
  }

  private static Filed[] filed(Map<String, List<Candidate>> candidates) {
    return candidates.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(e -> new Filed(e.getKey(), e.getValue().toArray(Candidate[]::new)))
        .toArray(Filed[]::new);
  }
}
