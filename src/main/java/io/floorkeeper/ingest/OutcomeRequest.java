package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.platform.Problem;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How well something went. It names exactly one target and says exactly one of score, label and
 * passed. There is no place in it for a sentence: names are short and plain, a label is a verdict.
 *
 * @param decisionId as {@code /route} or {@code /escalate} gave it: what was delivered on its rung
 * @param traceId of one model call, with {@code spanId}: 32 hexadecimal digits
 * @param spanId 16 hexadecimal digits
 * @param sessionId of all that was decided within it: the credit is shared
 * @param name of the evaluation, as the policy names it
 * @param score on the scale that the policy gives the name; where it gives none, in [0, 1]
 * @param label a verdict: pass, fail, correct, ...
 * @param labelProbability with which the source judges a result like this one; default 1
 * @param source who says so
 * @param identifier a later outcome of the same target, name and identifier replaces this one
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record OutcomeRequest(
    @Schema(description = "what was delivered under this id") String decisionId,
    @Schema(description = "of one model call, 32 hexadecimal digits; with span_id") String traceId,
    @Schema(description = "of one model call, 16 hexadecimal digits") String spanId,
    @Schema(description = "of a whole session, whose credit is shared") String sessionId,
    @Schema(required = true, description = "of the evaluation, as the policy names it") String name,
    @Schema(description = "on the policy's scale for the name, else in [0, 1]") Double score,
    @Schema(description = "a verdict: pass, fail, correct, incorrect, ...") String label,
    @Schema(description = "a verdict") Boolean passed,
    @Schema(description = "in [0.001, 1], where the source judges some results more often")
        Double labelProbability,
    @Schema(description = "who says so; one word") String source,
    @Schema(description = "a later one of the same name and identifier replaces this one")
        String identifier) {

  private static final int LONGEST = 100;
  private static final int LONGEST_SESSION = 200;
  private static final double LEAST_PROBABILITY = .001;
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 _.:/@#+-]*");
  private static final Pattern TRACE = Pattern.compile("(?!0{32})[0-9a-f]{32}");
  private static final Pattern SPAN = Pattern.compile("(?!0{16})[0-9a-f]{16}");

  /**
   * The same with hexadecimal digits in lower case, if it can be believed. The decision id is not
   * verified yet.
   *
   * @throws Problem.Unprocessable naming the field
   */
  OutcomeRequest validated() {
    boolean ofSpan = traceId != null || spanId != null;
    long targets =
        Stream.of(decisionId != null, ofSpan, sessionId != null).filter(there -> there).count();
    if (targets == 0) {
      throw invalid(
          "missing_field", "decision_id", "is required, or trace_id and span_id, or session_id");
    }
    if (targets > 1) {
      String second = ofSpan ? (traceId != null ? "trace_id" : "span_id") : "session_id";
      throw invalid("ambiguous_target", second, "names a second target; an outcome has one");
    }
    if (ofSpan) {
      hexadecimal("trace_id", traceId, TRACE, 32);
      hexadecimal("span_id", spanId, SPAN, 16);
    }
    if (sessionId != null && (sessionId.isBlank() || sessionId.length() > LONGEST_SESSION)) {
      throw invalid("invalid_value", "session_id", "must have 1 to 200 characters");
    }
    if (name == null) {
      throw invalid("missing_field", "name", "is required");
    }
    plain("name", name);
    plain("source", source);
    plain("identifier", identifier);
    judgement();
    if (labelProbability != null
        && !(labelProbability >= LEAST_PROBABILITY && labelProbability <= 1)) {
      throw invalid("invalid_value", "label_probability", "must lie in 0.001 to 1");
    }
    return new OutcomeRequest(
        decisionId,
        lowerCase(traceId),
        lowerCase(spanId),
        sessionId,
        name,
        score,
        label,
        passed,
        labelProbability,
        source,
        identifier);
  }

  private void judgement() {
    long said = Stream.of(score, label, passed).filter(value -> value != null).count();
    if (said == 0) {
      throw invalid("missing_field", "score", "is required, or label, or passed");
    }
    if (said > 1) {
      throw invalid(
          "ambiguous_judgement",
          score == null || label == null ? "passed" : "label",
          "says it a second time; an outcome has one of score, label and passed");
    }
    if (score != null && !Double.isFinite(score)) {
      throw invalid("invalid_value", "score", "must be a finite number");
    }
    if (label != null && Evaluation.verdictOf(label).isEmpty()) {
      throw invalid(
          "unknown_label", "label", "must be one of " + String.join(", ", Evaluation.verdicts()));
    }
  }

  /** The verdict, of whichever kind it is. */
  Optional<Boolean> verdict() {
    return passed != null
        ? Optional.of(passed)
        : Optional.ofNullable(label).flatMap(Evaluation::verdictOf);
  }

  private static void hexadecimal(String field, String value, Pattern pattern, int digits) {
    if (value == null) {
      throw invalid("missing_field", field, "is required: a call is named by both of its ids");
    }
    if (!pattern.matcher(lowerCase(value)).matches()) {
      throw invalid(
          "invalid_value", field, "must be " + digits + " hexadecimal digits, not all zero");
    }
  }

  private static void plain(String field, String value) {
    if (value != null && (value.length() > LONGEST || !PLAIN.matcher(value).matches())) {
      throw invalid(
          "invalid_value",
          field,
          "must be 1 to 100 letters, digits, spaces and _ . : / @ # + - (no sentence of anybody)");
    }
  }

  private static String lowerCase(String value) {
    return value == null ? null : value.toLowerCase(Locale.ROOT);
  }

  private static Problem.Unprocessable invalid(String code, String field, String message) {
    return new Problem.Unprocessable(code, field, message);
  }
}
