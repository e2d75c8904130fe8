package io.floorkeeper.posterior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DayPaceTest {
  private static final long MIDNIGHT = 1_789_948_800_000L;
  private static final long HOUR = 3_600_000;

  @Test
  void aFirstDayGoesOnAsItBegan() {
    // 30 tasks in the hour since the first, 6 hours left
    assertThat(ahead(30, 0, 17, 18)).isCloseTo(180, within(1e-9));
  }

  @Test
  void aSingleTaskIsNoRushOfThousands() {
    assertThat(DayPace.tasksAhead(1, 0, MIDNIGHT + 12 * HOUR, MIDNIGHT, MIDNIGHT + 12 * HOUR))
        .as("one task in an hour at most")
        .isCloseTo(12, within(1e-9));
  }

  /** Sixty tasks in three seconds are what an agent's fan-out looks like. */
  @Test
  void aBurstOnAFreshRoleIsNoRateOfADay() {
    long first = MIDNIGHT + 18 * HOUR;
    for (int second = 3; second < 600; second++) {
      assertThat(DayPace.tasksAhead(60, 0, first, MIDNIGHT, first + second * 1_000L))
          .isLessThanOrEqualTo(360);
    }
  }

  @Test
  void yesterdayIsTwoHoursOfEvidence() {
    assertThat(ahead(0, 2_400, 0, 0)).as("at midnight it is all there is").isEqualTo(2_400);
    // (100 + 200) tasks in (4 + 2) hours, 20 hours left
    assertThat(ahead(100, 2_400, 0, 4)).isCloseTo(1_000, within(1e-9));
  }

  @Test
  void nothingIsAheadOfARoleThatNobodyHasAskedForOrWhereTheDayIsOver() {
    assertThat(ahead(0, 0, 0, 12)).isZero();
    assertThat(ahead(5, 5, 0, 25)).isZero();
  }

  private static double ahead(long today, long yesterday, int firstHour, int nowHour) {
    return DayPace.tasksAhead(
        today, yesterday, MIDNIGHT + firstHour * HOUR, MIDNIGHT, MIDNIGHT + nowHour * HOUR);
  }
}
