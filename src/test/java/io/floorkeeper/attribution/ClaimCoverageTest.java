package io.floorkeeper.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.OffPolicyEstimate;
import io.floorkeeper.ledger.DecisionId;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Are the claims right as often as they say? 300 logs of 1,500 tasks, seed 20261125. The allocation
 * follows the outcomes, as in service: every 100 tasks an arm's share is its own record of passes,
 * squared. Half of the tasks are asked for a label, and a judge looks at failures twice as often as
 * at passes and says so; a tenth of the tasks is held out.
 *
 * <p>A share of 300 at .95 has a standard error of .0126: within .05 of it a right interval falls
 * outside with a probability below 2e-4, each of the five. Cressie-Read, which reckons with weights
 * without a bound, covers more: below .90 a right one falls with a probability below 2e-4 too. A
 * mean of 300 beyond four of its standard errors: 1 in 16,000, each of the two. The saving may be
 * above the truth in 5 % of the logs; more than 31 of 300 have a probability below 1e-4.
 */
class ClaimCoverageTest {
  private static final int LOGS = 300;
  private static final int TASKS = 1_500;
  private static final double ALPHA = .05;
  private static final double RHO = .1;
  private static final double[] QUALITY = {.6, .8, .9};
  private static final double[] USD = {.001, .006, .06};
  private static final double SIGMA = .8; // of ln dollars

  private static final class Tally {
    private int covered;
    private double sum;
    private double squares;

    void add(OffPolicyEstimate estimate, double truth) {
      covered += estimate.low() <= truth && truth <= estimate.high() ? 1 : 0;
      sum += estimate.value();
      squares += estimate.value() * estimate.value();
    }

    double share() {
      return covered / (double) LOGS;
    }

    void assertCovers() {
      assertThat(share()).isCloseTo(.95, within(.05));
    }

    void assertUnbiased(double truth) {
      double mean = sum / LOGS;
      double standardError = Math.sqrt((squares / LOGS - mean * mean) / LOGS);
      assertThat(mean).isCloseTo(truth, within(4 * standardError));
    }
  }

  @Test
  void intervalsCoverAndSavingsAreNotOverstated() {
    Random random = new Random(20261125);
    Tally ips = new Tally();
    Tally snips = new Tally();
    Tally robust = new Tally();
    Tally bounded = new Tally();
    Tally ipsUsd = new Tally();
    Tally robustUsd = new Tally();
    int overstated = 0;
    int claimed = 0;
    for (int log = 0; log < LOGS; log++) {
      // When
      double[] spentUsd = new double[1];
      RoleClaims claims = log(random, spentUsd).claims(0, ALPHA);
      // Then
      RoleClaims.OfPolicy mid = claims.policies().get(4); // logged, preset, reference, small, mid
      PolicyEstimate quality = mid.quality().orElseThrow();
      ips.add(quality.ips(), QUALITY[1]);
      snips.add(quality.snips(), QUALITY[1]);
      robust.add(quality.doublyRobust().orElseThrow(), QUALITY[1]);
      bounded.add(quality.cressieRead().orElseThrow(), QUALITY[1]);
      PolicyEstimate usd = mid.usd().orElseThrow();
      ipsUsd.add(usd.ips(), USD[1]);
      robustUsd.add(usd.doublyRobust().orElseThrow(), USD[1]);
      if (claims.saving().saving().isPresent()) {
        claimed++;
        double truth = 1 - spentUsd[0] / (TASKS * USD[2]);
        overstated += claims.saving().saving().getAsDouble() > truth ? 1 : 0;
      }
    }
    ips.assertCovers();
    snips.assertCovers();
    robust.assertCovers();
    assertThat(bounded.share()).isGreaterThanOrEqualTo(.90);
    ipsUsd.assertCovers();
    robustUsd.assertCovers();
    ips.assertUnbiased(QUALITY[1]);
    robust.assertUnbiased(QUALITY[1]);
    assertThat(claimed).isEqualTo(LOGS);
    assertThat(overstated).isLessThanOrEqualTo(31);
  }

  /**
   * Half of the tasks are easy, where the small arm passes .95 and is drawn for every second; the
   * others hard, where it passes .3 and was given up: .625 on average. Out of the sums alone the
   * doubly robust interval lies about .94, and at p = .001 covers in 0 of the 124 logs that happen
   * to have no draw of the arm there. There is no number instead; and with one lucky draw, which
   * stands for a thousand tasks, no normal interval, since hardly a draw is effective. (Seed
   * 20261127; of 2 and 176 logs so told Cressie-Read's interval covers in all.)
   */
  @ParameterizedTest
  @ValueSource(doubles = {1e-5, .001})
  void whatAnArmWouldDoWhereItIsNotDrawnIsNotGuessed(double hardShare) {
    Random random = new Random(20261127);
    int told = 0;
    int bounded = 0;
    for (int log = 0; log < LOGS; log++) {
      // Given
      Tasks tasks = new Tasks();
      RoleTally tally = new RoleTally(Tasks.CANDIDATES);
      for (int i = 0; i < TASKS; i++) {
        boolean hard = random.nextBoolean();
        double p = hard ? hardShare : .5;
        boolean small = random.nextDouble() < p;
        double quality = small ? hard ? .3 : .95 : .9;
        tally.add(
            tasks
                .of(small ? Tasks.SMALL : Tasks.FRONTIER, small ? p : 1 - p)
                .bucket(hard ? 2 : 1)
                .asked()
                .quality(random.nextDouble() < quality ? 1 : 0)
                .task());
      }

      // When
      EstimatesAnswer.Estimates small =
          EstimatesAnswer.policy(tally.claims(-1, ALPHA).policies().get(2), true, ALPHA).quality();

      // Then
      if (small.why() == null) {
        told++;
        assertThat(List.of(small.ips(), small.snips(), small.dr()))
            .allSatisfy(interval -> assertThat(interval.low()).isNull());
        EstimatesAnswer.Interval cressieRead = small.cressieRead();
        bounded += cressieRead.low() <= .625 && .625 <= cressieRead.high() ? 1 : 0;
      }
    }
    assertThat(bounded).as("with bounds for what is not seen").isEqualTo(told);
  }

  private static RoleTally log(Random random, double[] spentUsd) {
    Tasks tasks = new Tasks();
    RoleTally tally = new RoleTally(Tasks.CANDIDATES);
    double[] passes = {2, 2, 2};
    double[] tried = {3, 3, 3};
    double[] p = {0, 0, 0};
    for (int i = 0; i < TASKS; i++) {
      if (i % 100 == 0) {
        p = shares(passes, tried);
      }
      boolean holdout = random.nextDouble() < RHO;
      double u = (random.nextDouble() * (1 - RHO));
      int k = holdout ? 2 : u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
      boolean passed = random.nextDouble() < QUALITY[k];
      double usd = USD[k] * Math.exp(SIGMA * random.nextGaussian() - SIGMA * SIGMA / 2);
      tried[k]++;
      passes[k] += passed ? 1 : 0;
      Tasks.Draft draft = tasks.of(k + 1, p[k]).usd(usd).flagged(holdout ? DecisionId.HOLDOUT : 0);
      if (random.nextBoolean()) {
        draft.asked();
        double seen = passed ? .4 : .8;
        if (random.nextDouble() < seen) {
          draft.quality(passed ? 1 : 0, seen);
        }
      }
      LoggedTask task = draft.task();
      spentUsd[0] += task.nanoUsd() / 1e9;
      tally.add(task);
    }
    return tally;
  }

  /** What is logged: the holdout is in the strongest arm's. */
  private static double[] shares(double[] passes, double[] tried) {
    double[] p = new double[3];
    double sum = 0;
    for (int k = 0; k < 3; k++) {
      p[k] = Math.pow(passes[k] / tried[k], 2);
      sum += p[k];
    }
    for (int k = 0; k < 3; k++) {
      p[k] *= (1 - RHO) / sum;
    }
    p[2] += RHO;
    return p;
  }
}
