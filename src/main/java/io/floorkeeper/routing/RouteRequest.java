package io.floorkeeper.routing;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.OneLine;
import io.floorkeeper.platform.Problem;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What an orchestrator says before a model call. Only {@code role} is required; absent fields are
 * null.
 *
 * @param continues the decision id of the task that this call goes on with: keeps its arm while
 *     that is eligible
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record RouteRequest(
    @Schema(required = true, description = "the agent role that the call is for") String role,
    String collaboration,
    String sessionId,
    String runId,
    String step,
    String dataClass,
    Map<String, String> tags,
    Context context,
    String minTier,
    Double maxCostUsd,
    Long maxLatencyMs,
    String continues) {

  static final int MOST_CHARACTERS = 256;
  private static final int MOST_TAGS = 32;

  /** What is known of the task itself. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Context(
      Long inputTokens,
      Long expectedOutputTokens,
      Integer tools,
      Integer depth,
      String complexity) {}

  /**
   * The same request, if it can be believed.
   *
   * @throws Problem.BadRequest naming the field
   */
  RouteRequest validated() {
    if (role == null || role.isBlank()) {
      throw Problem.BadRequest.field("missing_field", "role", "is required");
    }
    text("role", role);
    text("collaboration", collaboration);
    text("session_id", sessionId);
    text("run_id", runId);
    text("step", step);
    text("data_class", dataClass);
    text("min_tier", minTier);
    if (tags != null) {
      if (tags.size() > MOST_TAGS) {
        throw Problem.BadRequest.field(
            "invalid_value", "tags", "must have at most " + MOST_TAGS + " entries");
      }
      tags.forEach(
          (key, value) -> {
            if (value == null) {
              throw Problem.BadRequest.field("invalid_value", "tags." + key, "must be text");
            }
            text("tags", key);
            text("tags." + key, value);
          });
    }
    notNegative("max_cost_usd", maxCostUsd);
    notNegative("max_latency_ms", maxLatencyMs);
    if (context != null) {
      notNegative("context.input_tokens", context.inputTokens);
      notNegative("context.expected_output_tokens", context.expectedOutputTokens);
      notNegative("context.tools", context.tools);
      notNegative("context.depth", context.depth);
      text("context.complexity", context.complexity);
    }
    return this;
  }

  /**
   * A key for one class of data is for no other: to route the request by the key's would hide what
   * its body says.
   *
   * @throws Problem.Unprocessable {@code data_class_mismatch}
   */
  void requireDataClassOf(Caller caller) {
    if (dataClass != null
        && caller.dataClass() != null
        && !caller.dataClass().equalsIgnoreCase(dataClass.strip())) {
      throw new Problem.Unprocessable(
          "data_class_mismatch",
          "data_class",
          "the credentials are for data of class '" + caller.dataClass() + "'");
    }
  }

  /** What it says of its complexity itself; null: nothing. */
  String complexity() {
    return context == null ? null : context.complexity;
  }

  /** The same with this complexity. */
  RouteRequest withComplexity(String complexity) {
    Context of = context == null ? new Context(null, null, null, null, null) : context;
    return new RouteRequest(
        role,
        collaboration,
        sessionId,
        runId,
        step,
        dataClass,
        tags,
        new Context(of.inputTokens, of.expectedOutputTokens, of.tools, of.depth, complexity),
        minTier,
        maxCostUsd,
        maxLatencyMs,
        continues);
  }

  static void text(String field, String value) {
    if (value == null) {
      return;
    }
    if (value.length() > MOST_CHARACTERS) {
      throw Problem.BadRequest.field(
          "invalid_value", field, "must be at most " + MOST_CHARACTERS + " characters");
    }
    if (!OneLine.is(value)) {
      throw Problem.BadRequest.field(
          "invalid_value", field, "must be text in one line, without control characters");
    }
    for (int i = 0; i < value.length(); i++) { // half a character could not be logged
      char c = value.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || ++i == value.length()
            || !Character.isLowSurrogate(value.charAt(i))) {
          throw Problem.BadRequest.field("invalid_value", field, "must be well-formed Unicode");
        }
      }
    }
  }

  private static void notNegative(String field, Number value) {
    if (value != null && !(value.doubleValue() >= 0 && value.doubleValue() <= Double.MAX_VALUE)) {
      throw Problem.BadRequest.field("invalid_value", field, "must be a number, 0 or above");
    }
  }
}
