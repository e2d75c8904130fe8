package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Do 95 % intervals cover in 95 % of samples? A log that mostly drew the weak arm judges a policy
 * that mostly draws the strong one, which leaves a quarter of it in effect. 2,000 samples, seed 11.
 *
 * <p>A share of 2,000 at .95 has a standard error of .0049: within .03 of .95 at 2,000 decisions a
 * right interval (true coverage .94 to .96 at that length) falls outside with probability below
 * 1e-4. The bounds of the other shares stand more than six standard errors from what they were.
 */
class OffPolicyCoverageTest {
  private static final int SAMPLES = 2_000;
  private static final double[] LOG = {.7, .2, .1};
  private static final double[] CANDIDATE = {.1, .3, .6};

  /** Failures are frequent; and they are rare, as under a floor. The reward models are wrong. */
  private static final Problem FREQUENT =
      new Problem(new double[] {.6, .8, .9}, new double[] {.5, .8, .8});

  private static final Problem RARE =
      new Problem(new double[] {.9, .97, .99}, new double[] {.8, .9, .95});

  @Test
  void atTwoThousandDecisionsNinetyFivePercentMeansIt() {
    // When
    Coverage coverage = Coverage.of(FREQUENT, 2_000);

    // Then
    assertThat(coverage.ips.share()).isCloseTo(.95, within(.03));
    assertThat(coverage.snips.share()).isCloseTo(.95, within(.03));
    assertThat(coverage.robust.share()).isCloseTo(.95, within(.03));
    assertThat(coverage.bounded.share()).isCloseTo(.95, within(.03));
    assertThat(coverage.unbounded.share()).isBetween(.96, 1.);
    assertThat(coverage.snips.width()).isLessThan(coverage.ips.width() / 2);
    assertThat(coverage.robust.width()).isLessThan(coverage.ips.width() / 2);
    assertThat(coverage.bounded.width()).isLessThan(coverage.ips.width() / 2);
  }

  /**
   * Where hardly a failure was seen, the variance of the ratio is read off nothing: SNIPS claims 95
   * % and covers in .81 of samples of 400, doubly robust in .87. Cressie-Read covers, and where the
   * weights are known to end at 6 it does so at a fifth of IPS's width.
   */
  @Test
  void whereFailuresAreRareCressieReadIsTheOneToTrust() {
    // When
    Coverage coverage = Coverage.of(RARE, 400);

    // Then
    assertThat(coverage.snips.share()).isBetween(.75, .86);
    assertThat(coverage.robust.share()).isBetween(.82, .92);
    assertThat(coverage.bounded.share()).isBetween(.98, 1.);
    assertThat(coverage.unbounded.share()).isBetween(.98, 1.);
    assertThat(coverage.bounded.width()).isLessThan(coverage.ips.width() / 4);
  }

  /** Beyond four standard errors a mean of 2,000 is refused: false alarm for one in 16,000. */
  @Test
  void aWrongRewardModelBiasesNothing() {
    // When
    Coverage coverage = Coverage.of(FREQUENT, 100);

    // Then
    for (Tally unbiased : new Tally[] {coverage.ips, coverage.robust}) {
      double standardError = unbiased.width() / (2 * 1.96) / Math.sqrt(SAMPLES);
      assertThat(unbiased.mean()).isCloseTo(FREQUENT.truth(), within(4 * standardError));
    }
  }

  /**
   * @param means true success probabilities of the arms
   * @param model what the reward model predicts for them
   */
  private record Problem(double[] means, double[] model) {

    double truth() {
      double truth = 0;
      for (int k = 0; k < means.length; k++) {
        truth += CANDIDATE[k] * means[k];
      }
      return truth;
    }
  }

  private static final class Coverage {
    final Tally ips = new Tally();
    final Tally snips = new Tally();
    final Tally unbounded = new Tally();
    final Tally bounded = new Tally();
    final Tally robust = new Tally();

    static Coverage of(Problem problem, int decisions) {
      Coverage coverage = new Coverage();
      Random random = new Random(11);
      CressieRead known = new CressieRead(.1 / .7, .6 / .1, 0, 1);
      for (int s = 0; s < SAMPLES; s++) {
        int[][] seen = logged(problem, decisions, random);
        OffPolicySums sums = OffPolicySums.ZERO;
        DoublyRobustSums robust = DoublyRobustSums.ZERO;
        for (int k = 0; k < LOG.length; k++) {
          for (int r = 0; r <= 1; r++) {
            sums = sums.plus(OffPolicySums.decision(LOG[k], CANDIDATE[k], r).times(seen[k][r]));
            robust =
                robust.plus(
                    DoublyRobustSums.decision(k, LOG[k], r, CANDIDATE, problem.model)
                        .times(seen[k][r]));
          }
        }
        double truth = problem.truth();
        coverage.ips.add(ImportanceSampling.ips(sums, .05), truth);
        coverage.snips.add(ImportanceSampling.snips(sums, .05), truth);
        coverage.unbounded.add(CressieRead.QUALITY.estimate(sums, .05), truth);
        coverage.bounded.add(known.estimate(sums, .05), truth);
        coverage.robust.add(robust.estimate(.05), truth);
      }
      return coverage;
    }

    /** How often each arm was drawn and failed or passed. */
    private static int[][] logged(Problem problem, int decisions, Random random) {
      int[][] seen = new int[LOG.length][2];
      for (int i = 0; i < decisions; i++) {
        double u = random.nextDouble();
        int arm = u < LOG[0] ? 0 : u < LOG[0] + LOG[1] ? 1 : 2;
        seen[arm][random.nextDouble() < problem.means[arm] ? 1 : 0]++;
      }
      return seen;
    }
  }

  private static final class Tally {
    private int covered;
    private double widths;
    private double values;

    void add(OffPolicyEstimate estimate, double truth) {
      covered += estimate.low() <= truth && truth <= estimate.high() ? 1 : 0;
      widths += estimate.high() - estimate.low();
      values += estimate.value();
    }

    double share() {
      return covered / (double) SAMPLES;
    }

    double width() {
      return widths / SAMPLES;
    }

    double mean() {
      return values / SAMPLES;
    }
  }
}
