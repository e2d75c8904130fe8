package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.policy.HealthRule;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stimulus -> state of a model's health. */
class ArmHealthTest {
  private static final HealthRule RULE =
      new HealthRule(
          .5,
          Optional.of(Duration.ofSeconds(4)),
          20,
          Duration.ofMinutes(1),
          Duration.ofSeconds(30),
          .02);

  @ParameterizedTest
  @CsvSource({
    // from, since, calls, errors, slow, now -> state, since
    "CLOSED,    0,  0,  0, 0,  1000, CLOSED,        0",
    "CLOSED,    0, 19, 19, 0,  1000, CLOSED,        0", // too few to say
    "CLOSED,    0, 20,  9, 0,  1000, CLOSED,        0",
    "CLOSED,    0, 20, 10, 0,  1000, OPEN,       1000",
    "CLOSED,    0, 20,  0, 1,  1000, CLOSED,        0", // one in twenty is the p95 itself
    "CLOSED,    0, 20,  0, 2,  1000, OPEN,       1000",
    "OPEN,   1000,  0,  0, 0, 30999, OPEN,       1000",
    "OPEN,   1000, 40,  0, 0, 30999, OPEN,       1000", // whatever is seen meanwhile
    "OPEN,   1000,  0,  0, 0, 31000, HALF_OPEN, 31000",
    "OPEN,   1000, 40, 40, 0, 31000, HALF_OPEN, 31000",
    "HALF_OPEN, 9,  0,  0, 0, 99000, HALF_OPEN,     9", // no probe came back yet
    "HALF_OPEN, 9,  4,  0, 0, 99000, HALF_OPEN,     9",
    "HALF_OPEN, 9,  2,  2, 0, 99000, HALF_OPEN,     9", // three good ones could still come
    "HALF_OPEN, 9,  3,  3, 0, 99000, OPEN,      99000", // none could make up for it
    "HALF_OPEN, 9,  5,  2, 0, 99000, CLOSED,    99000",
    "HALF_OPEN, 9,  5,  0, 0, 99000, CLOSED,    99000",
    "HALF_OPEN, 9,  1,  0, 1, 99000, OPEN,      99000",
    "HALF_OPEN, 9, 50, 24, 0, 99000, CLOSED,    99000",
    "HALF_OPEN, 9, 50, 25, 0, 99000, OPEN,      99000",
  })
  void goesFromStateToState(
      ArmHealth.State from,
      long since,
      long calls,
      long errors,
      long slow,
      long now,
      ArmHealth.State to,
      long thenSince) {
    assertThat(new ArmHealth(from, since).next(new ArmHealth.Seen(calls, errors, slow), RULE, now))
        .isEqualTo(new ArmHealth(to, thenSince));
  }

  @ParameterizedTest
  @CsvSource({"1, 0, CLOSED", "1, 1, OPEN", "2, 1, OPEN"})
  void fewCallsAreEnoughWhereThePolicySaysSo(int calls, int errors, ArmHealth.State to) {
    // Given
    HealthRule one =
        new HealthRule(.5, Optional.empty(), 1, Duration.ofMinutes(1), Duration.ofSeconds(30), .02);
    ArmHealth.Seen seen = new ArmHealth.Seen(calls, errors, 0);
    // When, Then: closed and half open alike
    assertThat(ArmHealth.WELL.next(seen, one, 7).state()).isEqualTo(to);
    assertThat(new ArmHealth(ArmHealth.State.HALF_OPEN, 1).next(seen, one, 7).state())
        .isEqualTo(to);
  }
}
