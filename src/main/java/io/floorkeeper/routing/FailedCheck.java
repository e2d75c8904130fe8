package io.floorkeeper.routing;

import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.Check;
import io.floorkeeper.policy.RolePolicy;
import java.util.List;

/**
 * Whether a check that is said to have failed has failed by the policy's own measure. Pure.
 *
 * @param name where the policy knows the check; else null
 * @param passed why it has not failed, in one word; null: it has
 * @param advice the same in a sentence
 */
record FailedCheck(String name, String passed, String advice) {

  /**
   * The check that the request names.
   *
   * @throws Problem.Unprocessable where the role names its checks and this is none of them, or
   *     where a field is said to be missing that the check does not want
   * @throws Problem.BadRequest where {@code detail} lacks what the check is measured by
   */
  static FailedCheck of(EscalateRequest request, RolePolicy role) {
    if (role.checks().isEmpty()) {
      request.requireWords(false);
      return new FailedCheck(null, null, null);
    }
    for (Check check : role.checks()) {
      if (check.name().equals(request.check())) {
        return measured(check, request);
      }
    }
    throw new Problem.Unprocessable(
        "unknown_check",
        "check",
        "is no check of role '"
            + role.name()
            + "'; known: "
            + String.join(", ", role.checks().stream().map(Check::name).toList()));
  }

  private static FailedCheck measured(Check check, EscalateRequest request) {
    return switch (check.kind()) {
      case CONFIDENCE -> {
        request.requireWords(true);
        yield byConfidence(check, request.detail());
      }
      case REQUIRED_FIELDS -> byFields(check, request.detail());
      case SCHEMA, CUSTOM -> {
        request.requireWords(true);
        yield failed(check);
      }
    };
  }

  private static FailedCheck byConfidence(Check check, EscalateRequest.Detail detail) {
    if (detail == null || detail.confidence() == null) {
      throw missing("detail.confidence", check);
    }
    double least = check.leastConfidence().orElse(1.);
    return detail.confidence() < least
        ? failed(check)
        : new FailedCheck(
            check.name(),
            "confidence_met",
            "a confidence of "
                + detail.confidence()
                + " meets the least of "
                + least
                + " that the policy asks for: the answer stands");
  }

  private static FailedCheck byFields(Check check, EscalateRequest.Detail detail) {
    if (detail == null || detail.missing() == null) {
      throw missing("detail.missing", check);
    }
    List<String> named = detail.missing();
    for (int i = 0; i < named.size(); i++) {
      if (!check.fields().contains(named.get(i))) {
        throw new Problem.Unprocessable(
            "unknown_required_field",
            "detail.missing[" + i + "]",
            "is no field that check '"
                + check.name()
                + "' wants; known: "
                + String.join(", ", check.fields()));
      }
    }
    return named.isEmpty()
        ? new FailedCheck(check.name(), "nothing_missing", "no field is missing: the answer stands")
        : failed(check);
  }

  private static FailedCheck failed(Check check) {
    return new FailedCheck(check.name(), null, null);
  }

  private static Problem.BadRequest missing(String field, Check check) {
    return Problem.BadRequest.field(
        "missing_field", field, "is what check '" + check.name() + "' is measured by");
  }

  boolean hasPassed() {
    return passed != null;
  }
}
