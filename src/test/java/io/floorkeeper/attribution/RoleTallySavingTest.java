package io.floorkeeper.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.ledger.DecisionId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a role certainly saved, from logged tasks. */
class RoleTallySavingTest {
  private static final double ALPHA = .05;
  private static final int PRESET = 1;

  private final Tasks tasks = new Tasks();
  private final RoleTally tally = new RoleTally(Tasks.CANDIDATES);

  /** A constant c: L solves mean_j (1 - lambda_j + lambda_j*c/(p*m))^n (1 - lambda_j)^rest = 20. */
  @ParameterizedTest
  @ValueSource(doubles = {.004, .08})
  void theSavingIsSignedAndItsReferenceWeighed(double servedUsd) {
    // Given: 150 tasks on the reference at $.06, half of them held out, and 850 elsewhere
    for (int i = 0; i < 150; i++) {
      boolean held = i % 2 == 0; // a draw is a draw
      add(tasks.of(Tasks.FRONTIER, .15).flagged(held ? DecisionId.HOLDOUT : 0).usd(.06));
    }
    for (int i = 0; i < 850; i++) {
      add(tasks.of(Tasks.SMALL, .5).usd(servedUsd));
    }

    // When
    SavingClaim saving = claims().saving();

    // Then
    double weighedUsd = .06 / (float) .15;
    double low = .03;
    double high = .06;
    for (int i = 0; i < 60; i++) {
      double m = (low + high) / 2;
      double mean = 0;
      for (double lambda : new double[] {.0005, .001, .002, .005, .01, .02, .05, .1, .2, .4}) {
        double won = 150 * Math.log1p(lambda * (weighedUsd / m - 1));
        mean += Math.exp(won + 850 * Math.log1p(-lambda)) / 10;
      }
      low = mean >= 1 / ALPHA ? m : low;
      high = mean >= 1 / ALPHA ? high : m;
    }
    double spentUsd = 150 * .06 + 850 * servedUsd;
    assertThat(saving.referenceDraws()).isEqualTo(150);
    assertThat(saving.spentUsd()).isCloseTo(spentUsd, within(1e-9));
    assertThat(saving.referenceUsd().orElseThrow()).isCloseTo(low, within(1e-6 * low));
    assertThat(saving.saving().orElseThrow()).isCloseTo(1 - spentUsd / (1_000 * low), within(1e-5));
    assertThat(saving.saving().orElseThrow() > 0).isEqualTo(servedUsd < .06);
  }

  @Test
  void whatClassifyingCostStandsAgainstTheSavingAndNotInTheReference() {
    for (int i = 0; i < 1_000; i++) {
      add(tasks.of(i % 5 == 0 ? Tasks.FRONTIER : Tasks.SMALL, i % 5 == 0 ? .2 : .8).usd(.06));
    }
    SavingClaim before = claims().saving();

    tally.addRouting(2_500_000_000L);

    SavingClaim after = claims().saving();
    assertThat(after.spentUsd()).isCloseTo(before.spentUsd() + 2.5, within(1e-9));
    assertThat(after.referenceUsd()).isEqualTo(before.referenceUsd());
    assertThat(after.saving().orElseThrow())
        .isCloseTo(
            before.saving().orElseThrow() - 2.5 / (1_000 * before.referenceUsd().orElseThrow()),
            within(1e-9));
  }

  @Test
  void ninetyNineDrawsOfTheReferenceClaimNothing() {
    for (int i = 0; i < 99; i++) {
      add(tasks.of(Tasks.FRONTIER, .5).flagged(DecisionId.HOLDOUT).usd(.06));
    }
    assertThat(claims().saving().referenceUsd()).isEmpty();
    assertThat(claims().saving().saving()).isEmpty();

    add(tasks.of(Tasks.FRONTIER, .5).flagged(DecisionId.HOLDOUT).usd(.06));

    assertThat(claims().saving().saving()).isPresent();
  }

  /** Where every other arm's dollars got lost, the reference's draws are not all that there was. */
  @Test
  void tasksWithoutDollarsMakeTheReferenceNoDearer() {
    for (int i = 0; i < 1_000; i++) {
      Tasks.Draft draft = tasks.of(i % 5 == 0 ? Tasks.FRONTIER : Tasks.SMALL, i % 5 == 0 ? .2 : .8);
      add(i % 5 == 0 ? draft.usd(.06) : draft.partlyUsd(0));
    }

    SavingClaim saving = claims().saving();

    assertThat(saving.referenceDraws()).isEqualTo(200);
    assertThat(saving.tasks()).isEqualTo(200);
    assertThat(saving.referenceUsd().orElseThrow()).isBetween(.03, .06);
  }

  @Test
  void whatIsNotKnownStandsAgainstTheClaim() {
    // Given: a task half of whose dollars are known, and one of which none is
    add(tasks.of(Tasks.SMALL, .5).usd(2));
    add(tasks.of(Tasks.SMALL, .5).partlyUsd(3));
    add(tasks.of(Tasks.FRONTIER, .5).flagged(DecisionId.HOLDOUT).partlyUsd(0));

    SavingClaim saving = claims().saving();

    assertThat(saving.spentUsd()).isEqualTo(5);
    assertThat(saving.tasks()).isEqualTo(1);
    assertThat(saving.unpriced()).isEqualTo(2);
    assertThat(saving.referenceDraws()).isZero();
  }

  private void add(Tasks.Draft draft) {
    tally.add(draft.task());
  }

  private RoleClaims claims() {
    return tally.claims(PRESET, ALPHA);
  }
}
