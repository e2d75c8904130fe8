package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Several policies off one log that served mostly the strong arm. The bandit of these worlds learns
 * from what it sees and leans to the arm of the better record, every 20 tasks anew: its path is
 * estimated, and so is where it ends, which is chosen by the luck of these very tasks.
 *
 * <p>2,000 logs of 400 tasks, seed 20261125. At a true coverage of .95 a share of 2,000 has a
 * standard error of .0049: below .93 it falls with a probability of 2e-5, each of four. A mean
 * error beyond four of its standard errors: 1 in 16,000, each of two.
 */
class PolicyPanelTest {
  private static final int LOGS = 2_000;
  private static final int TASKS = 400;
  private static final double ALPHA = .05;
  private static final double SHARE = .2;
  private static final int ARMS = 3;
  private static final int STRONG = 2;
  private static final double[] QUALITY = {.80, .86, .88};
  private static final double[] PRIOR = {.80, .86, .92};
  private static final double[] USD = {.001, .006, .03};
  private static final double SIGMA = .6; // of ln dollars

  private static final class Coverage {
    private int inside;
    private double errors;
    private double squares;

    void add(OffPolicyEstimate e, double truth) {
      inside += e.low() <= truth && truth <= e.high() ? 1 : 0;
      errors += e.value() - truth;
      squares += (e.value() - truth) * (e.value() - truth);
    }

    double share() {
      return inside / (double) LOGS;
    }

    double meanError() {
      return errors / LOGS;
    }

    void assertUnbiased() {
      double standardError = Math.sqrt((squares / LOGS - meanError() * meanError()) / LOGS);
      assertThat(meanError()).isCloseTo(0, within(4 * standardError));
    }
  }

  /** One log: the panels of quality and dollars, with three policies. */
  private static final class Log {
    private static final int RULES = 0;
    private static final int BANDIT = 1;
    private static final int LAST = 2;

    private final ArmMeans quality = new ArmMeans(PRIOR, true);
    private final ArmMeans usd = new ArmMeans(new double[] {.002, .006, .02}, false);
    private final PolicyPanel ofQuality = new PolicyPanel(3, quality);
    private final PolicyPanel ofUsd = new PolicyPanel(3, usd);
    private final double[] last;
    private double pathQuality;
    private double pathUsd;

    Log(Random random) {
      double[][] pis = new double[TASKS][];
      int[] arms = new int[TASKS];
      double[][] rewards = new double[TASKS][];
      double[] passes = {4 * PRIOR[0], 4 * PRIOR[1], 4 * PRIOR[2]};
      double[] tried = {4, 4, 4};
      double[] pi = null;
      for (int t = 0; t < TASKS; t++) {
        pi = t % 20 == 0 ? leaning(passes, tried) : pi;
        pis[t] = pi;
        arms[t] = drawn(served(pi), random);
        boolean passed = random.nextDouble() < QUALITY[arms[t]];
        double cost = USD[arms[t]] * Math.exp(SIGMA * random.nextGaussian() - SIGMA * SIGMA / 2);
        rewards[t] = new double[] {passed ? 1 : 0, cost};
        tried[arms[t]]++;
        passes[arms[t]] += rewards[t][0];
        pathQuality += FloorAllocation.dot(pi, QUALITY) / TASKS;
        pathUsd += FloorAllocation.dot(pi, USD) / TASKS;
      }
      last = leaning(passes, tried);
      for (int t = 0; t < TASKS; t++) {
        double[] p = served(pis[t]);
        double[][] policies = {{0, 0, 1}, pis[t], last};
        ofQuality.add(p, policies, arms[t], 1, rewards[t][0]);
        quality.learn(arms[t], 1, rewards[t][0]);
        ofUsd.add(p, policies, arms[t], 1, rewards[t][1]);
        usd.learn(arms[t], 1, rewards[t][1]);
      }
    }

    private static double[] leaning(double[] passes, double[] tried) {
      int best = 0;
      for (int k = 1; k < ARMS; k++) {
        best = passes[k] / tried[k] > passes[best] / tried[best] ? k : best;
      }
      double[] pi = {.1, .1, .1};
      pi[best] += .7;
      return pi;
    }

    private static double[] served(double[] pi) {
      double[] p = new double[ARMS];
      for (int k = 0; k < ARMS; k++) {
        p[k] = (k == STRONG ? 1 - SHARE : 0) + SHARE * (pi[k] / 2 + .5 / ARMS);
      }
      return p;
    }

    private static int drawn(double[] p, Random random) {
      double u = random.nextDouble();
      return u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
    }
  }

  @Test
  void intervalsCoverWhatTheBanditWouldHaveDoneAndWhatItWouldDoNow() {
    Random random = new Random(20261125);
    Coverage path = new Coverage();
    Coverage pathUsd = new Coverage();
    Coverage saving = new Coverage();
    Coverage chosen = new Coverage();
    Coverage flattered = new Coverage();
    Coverage further = new Coverage();
    for (int i = 0; i < LOGS; i++) {
      // Given
      Log log = new Log(random);
      // When
      PolicyPanel q = log.ofQuality;
      double now = FloorAllocation.dot(log.last, QUALITY);
      path.add(q.estimate(ALPHA, q.unit(Log.BANDIT)), log.pathQuality);
      pathUsd.add(log.ofUsd.estimate(ALPHA, q.unit(Log.BANDIT)), log.pathUsd);
      saving.add(log.ofUsd.saving(Log.BANDIT, Log.RULES, ALPHA, 1), 1 - log.pathUsd / USD[STRONG]);
      chosen.add(q.chosen(ALPHA, ARMS, q.unit(Log.LAST)), now);
      flattered.add(q.estimate(ALPHA, q.unit(Log.LAST)), now);
      int passed = 0;
      for (int t = 0; t < 100; t++) {
        passed += random.nextDouble() < QUALITY[Log.drawn(log.last, random)] ? 1 : 0;
      }
      further.add(q.further(Log.LAST, 100, ALPHA, ARMS), passed / 100.);
    }
    // Then
    assertThat(path.share()).isGreaterThan(.93);
    assertThat(pathUsd.share()).isGreaterThan(.93);
    assertThat(saving.share()).isGreaterThan(.93);
    assertThat(chosen.share()).isGreaterThan(.93);
    assertThat(further.share()).isGreaterThan(.93);
    path.assertUnbiased();
    pathUsd.assertUnbiased();
    assertThat(flattered.meanError()).as("held against its own luck").isGreaterThan(.003);
    assertThat(flattered.share()).isLessThan(chosen.share() - .02);
  }

  @Test
  void whatCouldNotBeDrawnIsNotEstimated() {
    PolicyPanel panel = new PolicyPanel(1, new ArmMeans(PRIOR, true));

    assertThatThrownBy(
            () -> panel.add(new double[] {0, 0, 1}, new double[][] {{.5, 0, .5}}, 2, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("arm 0");
  }

  /** d = .5*.8 + .5*.92 + .5/.25 * (1 - .8) of the first, then with m[0] = (4*.8 + 1)/5 = .84. */
  @Test
  void aLogOfTwoTasksByHand() {
    ArmMeans means = new ArmMeans(PRIOR, true);
    PolicyPanel panel = new PolicyPanel(1, means);
    double[] p = {.25, .25, .5};
    double[][] pi = {{.5, 0, .5}};

    panel.add(p, pi, 0, 1, 1);
    means.learn(0, 1, 1);
    panel.add(p, pi, 2, 1, 0);
    means.learn(2, 1, 0);

    double first = .5 * .8 + .5 * .92 + .5 / .25 * (1 - .8);
    double second = .5 * .84 + .5 * .92 + .5 / .5 * (0 - .92);
    assertThat(panel.value(1)).isCloseTo((first + second) / 2, within(1e-12));
    assertThat(panel.effectiveN(0)).isCloseTo(9. / 5, within(1e-12));
    assertThat(panel.share(0, 2)).isEqualTo(.5);
    assertThat(panel.drawn(0)).isEqualTo(1);
    // Squares of what was missed, .2*2 and .92*1, are less than what such weights can do.
    double spread0 = (4 * .25 + .04) / 5;
    double spread2 = (4 * .25 + .92 * .92) / 5;
    assertThat(panel.standardError(1))
        .isCloseTo(
            Math.sqrt(Math.max(2 * .25 / .25 * spread0 + 2 * .25 / .5 * spread2, .16 + .8464)) / 2,
            within(1e-12));
  }
}
