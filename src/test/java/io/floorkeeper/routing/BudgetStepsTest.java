package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetStepsTest {

  @ParameterizedTest
  @ValueSource(doubles = {1e-9, 3.3e-7, .0005, .00999, .01, .011, 1, 17.3, 4e6})
  void aStepIsNoMoreThanItsBudgetAndHardlyLess(double usd) {
    int step = BudgetSteps.of(usd);

    assertThat(BudgetSteps.usdPerTask(step))
        .isLessThanOrEqualTo(usd * (1 + 1e-12))
        .isGreaterThan(usd / 1.0101);
    assertThat(BudgetSteps.of(usd * 1.02)).isGreaterThan(step);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-12})
  void nothingIsAStepOfItsOwn(double usd) {
    assertThat(BudgetSteps.of(usd)).isNotEqualTo(BudgetSteps.NONE);
    assertThat(BudgetSteps.usdPerTask(BudgetSteps.of(usd))).isZero();
  }
}
