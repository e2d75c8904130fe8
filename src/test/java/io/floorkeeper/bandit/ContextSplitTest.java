package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.PooledPrior.Sibling;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Pooled first, split on evidence. */
class ContextSplitTest {
  private static final double[] PRIOR = {.8};
  private static final Sibling NOTHING = new Sibling(0, Double.NaN);

  private static ContextSplit split(Sibling... buckets) {
    return ContextSplit.of(
        PRIOR, java.util.Arrays.stream(buckets).map(List::of).toList(), List.of(NOTHING));
  }

  @Test
  void theBayesFactorIsThatOfTheFormula() {
    // Given: 8 of 10 beside 30 of 100
    ContextSplit split = split(new Sibling(10, .8), new Sibling(100, .3));
    // Then: m1 of Beta(15*mu, 15*(1-mu)), mu = (20*.8 + 50*.3)/70; m0 of Beta(3.2+30, .8+70)
    double mu = 31 / 70.;
    double own = ratio(15 * mu, 15 * (1 - mu), 8, 2);
    double pooled = ratio(33.2, 70.8, 8, 2);
    assertThat(split.logBayesFactor(0)).isCloseTo(Math.log(own / pooled), within(1e-9));
    assertThat(split.logThreshold()).isCloseTo(Math.log(2 / .05), within(1e-12));
  }

  /** prod (a+i) * prod (b+j) / prod (a+b+l): B(a+s, b+f)/B(a, b) without a gamma function. */
  private static double ratio(double a, double b, int s, int f) {
    double ratio = 1;
    for (int i = 0; i < s; i++) {
      ratio *= a + i;
    }
    for (int j = 0; j < f; j++) {
      ratio *= b + j;
    }
    for (int l = 0; l < s + f; l++) {
      ratio /= a + b + l;
    }
    return ratio;
  }

  @Test
  void bucketsWithoutLabelsAreOfThePool() {
    assertThat(split(NOTHING, NOTHING).any()).isFalse();
    assertThat(split().any()).isFalse();
  }

  @Test
  void oneOutlierIsTakenOutAndLeavesTheOthersTogether() {
    Sibling usual = new Sibling(200, .9);

    ContextSplit split = split(usual, usual, new Sibling(200, .5), usual);

    assertThat(split.splits(2)).isTrue();
    assertThat(List.of(split.splits(0), split.splits(1), split.splits(3))).containsOnly(false);
    assertThat(split.logBayesFactor(0)).as("against the pool that is left").isNegative();
  }

  @Test
  void whatIsKnownOutsideOfTheBucketsIsOfThePool() {
    List<List<Sibling>> buckets = List.of(List.of(new Sibling(40, .5)));

    assertThat(ContextSplit.of(PRIOR, buckets, List.of(NOTHING)).any()).isFalse();
    assertThat(ContextSplit.of(PRIOR, buckets, List.of(new Sibling(500, .9))).splits(0)).isTrue();
  }

  @Test
  void aBucketBorrowsFromTheOthersAndNotFromItself() {
    ContextSplit split = split(new Sibling(30, .8), new Sibling(50, .9), NOTHING);

    // (20*.8 + 50*.9)/70, worth 15, and 24 of 30
    double mu = 61 / 70.;
    assertThat(split.borrowedWeight(0)).isEqualTo(15);
    assertThat(split.posterior(0, 0).a()).isCloseTo(15 * mu + 24, within(1e-9));
    assertThat(split.posterior(0, 0).b()).isCloseTo(15 * (1 - mu) + 6, within(1e-9));
    assertThat(split.posterior(2, 0).a() + split.posterior(2, 0).b()).isCloseTo(15, within(1e-9));
  }

  /** Nobody knows the arm: fifteen labels of nothing would be as sure as fifteen. */
  @Test
  void nobodyLendsMoreThanHeKnows() {
    ContextSplit split = split(NOTHING, new Sibling(5, .8), NOTHING);

    assertThat(split.priorWeight(0, 0)).isCloseTo(9, within(1e-12));
    assertThat(split.priorWeight(1, 0)).isCloseTo(4, within(1e-12));
    assertThat(split.posterior(0, 0).a() + split.posterior(0, 0).b()).isCloseTo(9, within(1e-9));
    assertThat(split(new Sibling(90, .9), NOTHING).priorWeight(1, 0)).isEqualTo(15);
  }

  /** Six arms whose priors are right would each be a little likelier under a firmer one. */
  @Test
  void aSingleBucketDiffersFromNothing() {
    List<Sibling> bucket = java.util.Collections.nCopies(8, new Sibling(2_000, .8));
    double[] priors = {.8, .8, .8, .8, .8, .8, .8, .8};

    assertThat(
            ContextSplit.of(priors, List.of(bucket), java.util.Collections.nCopies(8, NOTHING))
                .any())
        .isFalse();
  }

  /** One bucket at .97, one at .50: fifteen labels of the one would drown fifteen of the other. */
  @Test
  void bucketsThatDifferMuchLendOneAnotherLittle() {
    Sibling usual = new Sibling(60, .9);

    assertThat(split(usual, usual, usual).borrowedWeight(0)).isEqualTo(15);
    assertThat(split(new Sibling(60, .97), new Sibling(60, .4)).borrowedWeight(0)).isEqualTo(2);
    assertThat(split(new Sibling(15, 1), new Sibling(15, .4)).posterior(0, 0).mean())
        .isGreaterThan(.9);
  }

  /**
   * The stated rate. 400 roles of eight buckets that are alike, two arms, looked at after every 40
   * of 2,000 labels: the share that is EVER split must not exceed alpha = .05. Seed 1; were the
   * true rate .05, more than 36 of 400 would be seen with probability 1e-4 (binomial).
   */
  @Test
  void rolesWhoseBucketsAreAlikeAreSplitInAtMostTheStatedShareOfTheirLives() {
    SplittableRandom random = new SplittableRandom(1);
    int ever = 0;
    for (int life = 0; life < 400; life++) {
      double[] quality = {.7 + .25 * random.nextDouble(), .8 + .19 * random.nextDouble()};
      ever += everSplit(random, quality, 0) ? 1 : 0;
    }
    assertThat(ever).isLessThanOrEqualTo(36);
  }

  /**
   * The other side: one bucket of eight fails .15 more often. 60 roles, seed 2. A rule that never
   * split would fail with certainty; of this one fewer than 50 would be a fall from 60 of 60.
   */
  @Test
  void aBucketThatDiffersIsFound() {
    SplittableRandom random = new SplittableRandom(2);
    int found = 0;
    for (int life = 0; life < 60; life++) {
      found += everSplit(random, new double[] {.85, .92}, .15) ? 1 : 0;
    }
    assertThat(found).isGreaterThanOrEqualTo(50);
  }

  private static boolean everSplit(SplittableRandom random, double[] quality, double worse) {
    int[][] labels = new int[8][2];
    int[][] passed = new int[8][2];
    for (int n = 1; n <= 2_000; n++) {
      int b = random.nextInt(8);
      int k = random.nextInt(2);
      labels[b][k]++;
      passed[b][k] += random.nextDouble() < quality[k] - (b == 0 ? worse : 0) ? 1 : 0;
      if (n % 40 == 0) {
        List<List<Sibling>> buckets = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          buckets.add(
              List.of(sibling(labels[i][0], passed[i][0]), sibling(labels[i][1], passed[i][1])));
        }
        if (ContextSplit.of(new double[] {.8, .9}, buckets, List.of(NOTHING, NOTHING)).any()) {
          return true;
        }
      }
    }
    return false;
  }

  private static Sibling sibling(int labels, int passed) {
    return new Sibling(labels, labels == 0 ? Double.NaN : passed / (double) labels);
  }
}
