package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OffPolicySumsTest {

  /** Seed 4: propensities and dollars over six orders of magnitude, where plain sums differ. */
  @Test
  void shardsInAnyOrderAreTheWholeToTheLastDigit() {
    // Given
    Random random = new Random(4);
    List<OffPolicySums> decisions = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      double pLog = Math.pow(10, -6 * random.nextDouble());
      decisions.add(OffPolicySums.decision(pLog, random.nextDouble(), random.nextGaussian()));
    }
    OffPolicySums whole = sum(decisions);

    // When
    Collections.shuffle(decisions, random);
    OffPolicySums merged =
        sum(decisions.subList(0, 17))
            .plus(sum(decisions.subList(17, 1_400)))
            .plus(OffPolicySums.ZERO)
            .plus(sum(decisions.subList(1_400, 2_000)));

    // Then
    assertThat(merged).isEqualTo(whole);
    assertThat(whole.n()).isEqualTo(2_000);
  }

  @Test
  void aDecisionCountedOftenIsThatDecisionAddedOften() {
    OffPolicySums once = OffPolicySums.decision(.3, .7, .1);

    assertThat(once.times(3)).isEqualTo(once.plus(once).plus(once));
    assertThat(once.times(0)).isEqualTo(OffPolicySums.ZERO);
  }

  @Test
  void theLogIsWorthWhatItsWeightsLeaveOfIt() {
    // Given: a candidate that is the log itself, and one that a tenth of the log speaks of
    OffPolicySums same = OffPolicySums.decision(.4, .4, 1).times(100);
    OffPolicySums other =
        OffPolicySums.decision(.1, 1, 1).times(10).plus(OffPolicySums.decision(.9, 0, 1).times(90));

    // Then
    assertThat(same.effectiveN()).isCloseTo(100, within(1e-12));
    assertThat(other.effectiveN()).isCloseTo(10, within(1e-12));
    assertThat(OffPolicySums.ZERO.effectiveN()).isZero();
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    refused(0, .5, 1, "pLog");
    refused(1.1, .5, 1, "pLog");
    refused(Double.NaN, .5, 1, "pLog");
    refused(.5, -.1, 1, "pPred");
    refused(.5, 1.1, 1, "pPred");
    refused(.5, .5, Double.NaN, "reward");
    refused(.5, .5, Double.POSITIVE_INFINITY, "reward");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OffPolicySums.ZERO.times(-1))
        .withMessageContaining("count");
  }

  private static void refused(double pLog, double pPred, double reward, String parameter) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OffPolicySums.decision(pLog, pPred, reward))
        .withMessageContaining(parameter);
  }

  private static OffPolicySums sum(List<OffPolicySums> decisions) {
    return decisions.stream().reduce(OffPolicySums.ZERO, OffPolicySums::plus);
  }
}
