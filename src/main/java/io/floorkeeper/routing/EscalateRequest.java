package io.floorkeeper.routing;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.floorkeeper.platform.Problem;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What an orchestrator says when a check finds an answer wanting. {@code decisionId} and {@code
 * check} are required; the rest repeats what it said to {@code /route}, and what is not repeated
 * opens no pin ({@link ClimbLimits}).
 *
 * @param decisionId under which the answer was given that failed
 * @param check as the role's policy names it
 * @param role where it is said it must be the decision's
 * @param runId null: not said; empty: of none
 * @param tags null: not said; empty: there are none
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record EscalateRequest(
    @Schema(required = true, description = "of the answer that failed") String decisionId,
    @Schema(required = true, description = "the check that failed, as the policy names it")
        String check,
    Detail detail,
    String role,
    String collaboration,
    String sessionId,
    String runId,
    String step,
    String dataClass,
    Map<String, String> tags,
    RouteRequest.Context context,
    String minTier,
    Double maxCostUsd,
    Long maxLatencyMs) {

  private static final int MOST_MISSING = 64;

  /** What can hold no sentence of a prompt: letters, digits and some signs, no spaces. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");

  private static final String IS_TOKEN =
      "must be 1 to 64 of letters, digits and _ . : - (nothing of a prompt or an answer)";

  /**
   * What is known of the failure, and no more: it is weighed, never kept. There is no place in it
   * for a prompt, an answer, or an error's text.
   *
   * @param confidence of the answer, in [0, 1]
   * @param missing names of fields that it lacks
   * @param errorCode a short word
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @Schema(name = "FailedCheckDetail")
  public record Detail(Double confidence, List<String> missing, String errorCode) {

    private void validate() {
      if (confidence != null && !(confidence >= 0 && confidence <= 1)) {
        throw invalid("detail.confidence", "must be a number between 0 and 1");
      }
      if (missing != null) {
        if (missing.size() > MOST_MISSING) {
          throw invalid("detail.missing", "must have at most " + MOST_MISSING + " entries");
        }
        for (int i = 0; i < missing.size(); i++) {
          if (missing.get(i) == null || missing.get(i).length() > RouteRequest.MOST_CHARACTERS) {
            throw invalid("detail.missing[" + i + "]", "must be the name of a field");
          }
        }
      }
      if (errorCode != null && !isToken(errorCode)) {
        throw invalid("detail.error_code", IS_TOKEN);
      }
    }
  }

  /**
   * The same request, if it can be believed.
   *
   * @throws Problem.BadRequest naming the field
   */
  EscalateRequest validated() {
    required("decision_id", decisionId);
    required("check", check);
    RouteRequest.text("check", check);
    if (detail != null) {
      detail.validate();
    }
    if (role != null) {
      required("role", role);
    }
    asRoute(role == null ? "unsaid" : role).validated();
    return this;
  }

  /** What it says of the call itself, as {@code /route} takes it. */
  RouteRequest asRoute(String itsRole) {
    return new RouteRequest(
        itsRole,
        collaboration,
        sessionId,
        runId,
        step,
        dataClass,
        tags,
        context,
        minTier,
        maxCostUsd,
        maxLatencyMs,
        null);
  }

  /**
   * Nothing but a word is taken for a name that the policy does not know.
   *
   * @throws Problem.BadRequest naming the field
   */
  void requireWords(boolean isCheckKnown) {
    if (!isCheckKnown && !isToken(check)) {
      throw invalid("check", IS_TOKEN);
    }
    if (detail != null && detail.missing() != null) {
      for (int i = 0; i < detail.missing().size(); i++) {
        if (!isToken(detail.missing().get(i))) {
          throw invalid("detail.missing[" + i + "]", IS_TOKEN);
        }
      }
    }
  }

  private static boolean isToken(String text) {
    return TOKEN.matcher(text).matches();
  }

  private static void required(String field, String value) {
    if (value == null || value.isBlank()) {
      throw Problem.BadRequest.field("missing_field", field, "is required");
    }
  }

  private static Problem.BadRequest invalid(String field, String message) {
    return Problem.BadRequest.field("invalid_value", field, message);
  }
}
