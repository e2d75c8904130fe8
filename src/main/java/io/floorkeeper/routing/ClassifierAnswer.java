package io.floorkeeper.routing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.policy.Complexity;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.RolePolicy;
import java.util.Iterator;

/**
 * The body of an external classifier's answer, strictly: {@code {"complexity": ..., "cost_usd":
 * ...}}, of which the latter may be missing. Pure.
 *
 * @param complexity as the policy or {@link Complexity} names it
 * @param costUsd NaN: not said
 */
record ClassifierAnswer(String complexity, double costUsd) {
  /** No answer of two fields is longer. */
  static final int MOST_BYTES = 4_096;

  /** Whoever says more is wrong about the unit. */
  private static final double MOST_USD = 1;

  /** Null where it is anything else. */
  static ClassifierAnswer read(byte[] body, ObjectMapper json, RolePolicy role, Policy policy) {
    JsonNode answer;
    try {
      answer = json.readTree(new String(body, java.nio.charset.StandardCharsets.UTF_8));
    } catch (JsonProcessingException | IllegalArgumentException notJson) {
      return null;
    }
    if (answer == null || !answer.isObject()) {
      return null;
    }
    for (Iterator<String> names = answer.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!name.equals("complexity") && !name.equals("cost_usd")) {
        return null;
      }
    }
    JsonNode complexity = answer.path("complexity");
    JsonNode costUsd = answer.path("cost_usd");
    boolean isCost =
        costUsd.isMissingNode()
            || costUsd.isNumber()
                && costUsd.doubleValue() >= 0
                && costUsd.doubleValue() <= MOST_USD;
    return isCost && complexity.isTextual() && isKnown(complexity.textValue(), role, policy)
        ? new ClassifierAnswer(
            complexity.textValue(), costUsd.isMissingNode() ? Double.NaN : costUsd.doubleValue())
        : null;
  }

  private static boolean isKnown(String complexity, RolePolicy role, Policy policy) {
    return complexity.equals(Complexity.SIMPLE)
        || complexity.equals(Complexity.MEDIUM)
        || complexity.equals(Complexity.HARD)
        || role.context().map(c -> c.complexities().contains(complexity)).orElse(false)
        || policy.rules().stream()
            .anyMatch(r -> r.conditions().complexities().contains(complexity));
  }
}
