package io.floorkeeper.truth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short form of {@code src/acceptance/exactly-once.sh}: every count, dollar, token and evidence
 * sum equals the truth, whatever was killed meanwhile.
 */
class ExactlyOnceIT {
  @TempDir Path folder;

  @Test
  void everyFigureIsTheTruthWhateverIsKilled() throws Exception {
    FaultRun.Outcome outcome =
        new FaultRun(4_000, 3, 1, 2_000, 12, Duration.ofSeconds(60))
            .run(folder, System.out::println);

    assertThat(outcome.comparison().differences()).as(outcome.comparison().table()).isEmpty();
    assertThat(outcome.truth().all())
        .as("what there is to differ")
        .containsKeys(
            "totals/duplicates",
            "totals/dead_letters",
            "totals/not_followed",
            "totals/unpriced",
            "totals/unattributed",
            "totals/unstored_decisions",
            "totals/outcomes_duplicates",
            "evaluations/joined",
            "evaluations/unrouted",
            "evaluations/held")
        .hasSizeGreaterThan(1_000);
  }
}
