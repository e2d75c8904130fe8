package io.floorkeeper.policy;

import java.util.List;
import java.util.Optional;

/**
 * What an orchestrator checks of a role's answers before it accepts them; a failed check is what
 * climbs the ladder.
 *
 * @param name as {@code /escalate} and spans say it
 * @param leastConfidence of kind CONFIDENCE: below it the check has failed; in (0, 1]
 * @param fields of kind REQUIRED_FIELDS: the fields that an answer must have
 */
public record Check(String name, Kind kind, Optional<Double> leastConfidence, List<String> fields) {

  public Check {
    fields = List.copyOf(fields);
  }

  /** What kind of check it is. */
  public enum Kind {
    SCHEMA,
    REQUIRED_FIELDS,
    CONFIDENCE,
    CUSTOM
  }
}
