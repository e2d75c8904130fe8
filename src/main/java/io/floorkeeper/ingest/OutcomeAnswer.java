package io.floorkeeper.ingest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.floorkeeper.platform.Problem;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What became of an outcome.
 *
 * @param status recorded: it is safe. duplicate: it was taken under this key before. held: it is
 *     safe, and waits for what it judges. refused: nothing was taken
 * @param checked whether the database could be asked; where not, recorded may mean any of the three
 * @param code of a refusal
 * @param field of a refusal
 * @param message of a refusal
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OutcomeAnswer(
    @Schema(enumeration = {"recorded", "duplicate", "held", "refused"}) String status,
    @Schema(description = "false: the database was away, and recorded may be any of the three")
        boolean checked,
    String code,
    String field,
    String message) {

  static OutcomeAnswer of(String status, boolean checked) {
    return new OutcomeAnswer(status, checked, null, null, null);
  }

  static OutcomeAnswer refused(Problem problem) {
    Problem.FieldError error = problem.errors().get(0);
    return new OutcomeAnswer("refused", true, problem.code(), error.field(), error.message());
  }
}
