package io.floorkeeper.policy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What {@code context} must be beyond well-formed. */
final class ContextValidator {
  private static final long MOST_TOKENS = 100_000_000;

  private ContextValidator() {}

  static void validate(ContextPolicy context, String path, Findings findings) {
    if (context.collaborations().isEmpty()
        && context.inputTokenEdges().isEmpty()
        && context.complexities().isEmpty()) {
      findings.add(
          path, "at least one of collaborations, input_tokens and complexities tells calls apart");
    }
    names(context.collaborations(), path + ".collaborations", findings);
    names(context.complexities(), path + ".complexities", findings);
    edges(context.inputTokenEdges(), path + ".input_tokens", findings);
    if (context.size() > ContextPolicy.MOST_BUCKETS) {
      findings.add(
          path,
          "makes "
              + context.size()
              + " buckets, and a role has at most "
              + ContextPolicy.MOST_BUCKETS
              + ": each list of names has one slot more for all others, token ranges one more than"
              + " their edges and one for calls that do not say");
    }
  }

  private static void names(List<String> names, String path, Findings findings) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        findings.add(path, "names '" + Names.shortened(name) + "' twice");
      }
    }
  }

  private static void edges(List<Long> edges, String path, Findings findings) {
    long below = 0;
    for (long edge : edges) {
      if (edge <= below || edge > MOST_TOKENS) {
        findings.add(
            path,
            edge
                + " is out of place: edges ascend, from 1 to "
                + MOST_TOKENS
                + " tokens, each once");
      }
      below = Math.max(below, edge);
    }
  }
}
