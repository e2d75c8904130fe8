package io.floorkeeper.posterior;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.posterior.RunsAtCeiling.Run;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunsAtCeilingTest {
  private static final int ROLE = 7;
  private static final long SECOND = 1_000;
  private static final long LIFE = 86_400 * SECOND;
  private static final Map<Integer, Long> CEILINGS = Map.of(ROLE, 50L);

  private final RunsAtCeiling runs = new RunsAtCeiling(2, LIFE);

  @Test
  void aRunThatSpendsNoMoreStaysUntilItIsOver() {
    hear(true, 10 * SECOND, run("a", 60, 9));
    for (int second = 11; second < 40; second++) {
      hear(false, second * SECOND); // a blocked run spends nothing
    }
    assertThat(runs.of(ROLE)).containsExactly(Map.entry("a", 60L));

    hear(false, 9 * SECOND + LIFE + 1);
    assertThat(runs.of(ROLE)).isEmpty();
  }

  @Test
  void aLookBringsWhatChangedAndKeepsTheRest() {
    hear(true, 10 * SECOND, run("a", 60, 9));
    Map<String, Long> before = runs.of(ROLE);
    hear(false, 11 * SECOND, run("a", 60, 9));
    assertThat(runs.of(ROLE)).as("nothing changed").isSameAs(before);

    hear(false, 12 * SECOND, run("a", 70, 9), run("b", 50, 12));
    assertThat(runs.of(ROLE)).containsOnly(Map.entry("a", 70L), Map.entry("b", 50L));
  }

  @Test
  void ofTooManyThoseThatReachedItLastAreKnownAndTheOthersAreCounted() {
    hear(true, 10 * SECOND, run("a", 60, 7), run("b", 60, 8));
    assertThat(runs.beyond()).isZero();

    hear(false, 11 * SECOND, run("c", 60, 11));
    assertThat(runs.of(ROLE)).containsOnlyKeys("b", "c");
    assertThat(runs.beyond()).isEqualTo(1);
    hear(false, 12 * SECOND, run("a", 60, 7), run("c", 60, 11)); // looks overlap
    assertThat(runs.of(ROLE)).containsOnlyKeys("b", "c");
    assertThat(runs.beyond()).isEqualTo(1);

    runs.hear(true, CEILINGS, List.of(run("b", 60, 8), run("c", 60, 11)), 5, 70 * SECOND);
    assertThat(runs.beyond()).isEqualTo(3);
    runs.hear(true, CEILINGS, List.of(run("c", 60, 11)), 1, 140 * SECOND);
    assertThat(runs.beyond()).isZero();
  }

  @Test
  void allAreReadOnceAMinuteAndWhereACeilingIsAnother() {
    assertThat(runs.wantsWhole(CEILINGS, 10 * SECOND)).isTrue();
    hear(true, 10 * SECOND);
    assertThat(runs.wantsWhole(CEILINGS, 11 * SECOND)).isFalse();
    assertThat(runs.wantsWhole(Map.of(ROLE, 40L), 11 * SECOND)).isTrue();
    assertThat(runs.wantsWhole(CEILINGS, 70 * SECOND)).isTrue();
    assertThat(runs.secondsBack(11 * SECOND)).isEqualTo(62);
  }

  private void hear(boolean whole, long nowMillis, Run... found) {
    runs.hear(whole, CEILINGS, List.of(found), found.length, nowMillis);
  }

  private static Run run(String id, long nanoUsd, long reachedSecond) {
    return new Run(ROLE, id, nanoUsd, reachedSecond * SECOND, reachedSecond * SECOND);
  }
}
