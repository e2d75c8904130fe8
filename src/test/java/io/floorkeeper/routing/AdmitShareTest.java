package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.apache.commons.math3.distribution.PoissonDistribution;
import org.apache.commons.math3.random.Well19937c;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The loop closed: two replicas that share the requests two to one, spans that come late, one
 * model. Ten fixed seeds from {@value #SEED} on; bounds with room over what they show.
 */
class AdmitShareTest {
  private static final long SEED = 20261125L;
  private static final double CAPACITY = 120;

  @ParameterizedTest
  @CsvSource({
    // requests per minute, seconds until a span comes, calls per task
    "60, 20, 1",
    "240, 2, 1",
    "240, 20, 1",
    "1200, 20, 1",
    "1200, 45, 1",
    "600, 20, 3",
  })
  void theRateStaysAtCapacityAndTheShareDoesNotSwing(
      double perMinute, int lagSeconds, int callsPerTask) {
    for (long seed = SEED; seed < SEED + 10; seed++) {
      // When: half an hour
      Loop loop = new Loop(seed, lagSeconds, callsPerTask, 0);
      loop.run(1_800, t -> perMinute);
      // Then: from the fifth minute on
      double ideal = Math.min(1, CAPACITY / (perMinute * callsPerTask));
      for (int replica = 0; replica < 2; replica++) {
        SummaryStatistics share = loop.shares(replica, 300, 1_800);
        assertThat(share.getMean()).as("%s", loop).isBetween(.92 * ideal, 1.08 * ideal);
        assertThat(share.getStandardDeviation()).as("%s", loop).isLessThan(.25 * ideal);
      }
      assertThat(loop.perMinute(300, 1_800))
          .as("%s", loop)
          .isBetween(
              .92 * Math.min(CAPACITY, perMinute * callsPerTask),
              1.08 * Math.min(CAPACITY, perMinute * callsPerTask));
    }
  }

  @Test
  void aRushIsMetWithinSecondsAndWhenItIsOverAllAreLetInAgain() {
    for (long seed = SEED; seed < SEED + 10; seed++) {
      // When: a minute of calm, five of ten times the capacity, calm again
      Loop loop = new Loop(seed, 20, 1, 0);
      loop.run(900, t -> t < 60 || t >= 360 ? 40 : 1_200);
      // Then
      assertThat(loop.admitted(60, 120))
          .as("the first minute of 1200 requests")
          .isLessThan((int) (3 * CAPACITY));
      assertThat(loop.admitted(75, 120)).isLessThan((int) (1.3 * CAPACITY));
      assertThat(loop.perMinute(120, 360)).isBetween(.85 * CAPACITY, 1.15 * CAPACITY);
      assertThat(loop.shares(0, 450, 900).getMin()).as("%s", loop).isGreaterThan(.9);
    }
  }

  @Test
  void callsWithoutADecisionTakeTheirPartAndTheShareNeverEnds() {
    // Given: 60 a minute of others' calls, then more than there is room for
    Loop half = new Loop(SEED, 20, 1, 60);
    Loop full = new Loop(SEED, 20, 1, 150);
    // When
    half.run(1_200, t -> 600);
    full.run(1_200, t -> 600);
    // Then
    assertThat(half.shares(0, 300, 1_200).getMean()).isBetween(.09, .11);
    assertThat(full.shares(0, 300, 1_200).getMax()).isLessThan(AdmitShare.LEAST + 1e-6);
    assertThat(half.replicas.get(0).utilisation()).isBetween(.7, 1.3);
  }

  @Test
  void aReplicaThatStartsLateTakesNoMoreThanTheOther() {
    // Given: one replica alone at ten times the capacity, then another one beside it
    AdmitShare settled = new AdmitShare(CAPACITY);
    for (int t = 1; t <= 300; t++) {
      settled.look(t * 1_000L, Math.round(20 * settled.share()), AdmitShare.Told.NOTHING);
    }
    assertThat(settled.share()).isBetween(.08, .12);
    AdmitShare late = new AdmitShare(CAPACITY);
    // When
    for (int t = 301; t <= 600; t++) {
      AdmitShare.Told ofLate = new AdmitShare.Told(0, 1, late.tasks(), late.demand());
      AdmitShare.Told ofSettled = new AdmitShare.Told(0, 1, settled.tasks(), settled.demand());
      settled.look(t * 1_000L, Math.round(20 * settled.share()), ofLate);
      late.look(t * 1_000L, Math.round(20 * late.share()), ofSettled);
    }
    // Then
    assertThat(late.share()).isBetween(.8 * settled.share(), 1.25 * settled.share());
  }

  @Test
  void whereThereIsRoomAllAreAdmitted() {
    AdmitShare share = new AdmitShare(60);
    for (int t = 1; t <= 120; t++) {
      share.look(t * 1_000L, t % 4 == 0 ? 1 : 0, AdmitShare.Told.NOTHING);
      assertThat(share.share()).isEqualTo(1);
    }
    assertThat(share.utilisation()).isEqualTo(.25);
  }

  private static final class Loop {
    final List<AdmitShare> replicas = List.of(new AdmitShare(CAPACITY), new AdmitShare(CAPACITY));
    private final long seed;
    private final int lagSeconds;
    private final int callsPerTask;
    private final double unrouted;
    private final List<double[]> shares = new ArrayList<>();
    private final List<Integer> calls = new ArrayList<>();

    /** When the spans of a task come. */
    private final Deque<Long> toldAt = new ArrayDeque<>();

    Loop(long seed, int lagSeconds, int callsPerTask, double unrouted) {
      this.seed = seed;
      this.lagSeconds = lagSeconds;
      this.callsPerTask = callsPerTask;
      this.unrouted = unrouted;
    }

    void run(int seconds, LongToDoubleFunction perMinute) {
      UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(seed);
      Well19937c poissons = new Well19937c(seed);
      for (int second = 0; second < seconds; second++) {
        int requests =
            new PoissonDistribution(poissons, perMinute.applyAsDouble(second) / 60, 1e-9, 10_000)
                .sample();
        int[] own = new int[2];
        for (int i = 0; i < requests; i++) {
          int replica = random.nextInt(3) / 2; // two of three go to the first
          if (random.nextDouble() < replicas.get(replica).share()) {
            own[replica]++;
            toldAt.add((long) second + lagSeconds);
          }
        }
        calls.add((own[0] + own[1]) * callsPerTask);
        look(second + 1, own);
        shares.add(new double[] {replicas.get(0).share(), replicas.get(1).share()});
      }
    }

    /** Each hears what the other wrote a second ago, and of the spans that have come. */
    private void look(long now, int[] own) {
      boolean anyTold = !toldAt.isEmpty() && toldAt.peekFirst() <= now;
      double perTask = anyTold ? callsPerTask : 1;
      AdmitShare.Told[] told = new AdmitShare.Told[2];
      for (int replica = 0; replica < 2; replica++) {
        AdmitShare other = replicas.get(1 - replica);
        told[replica] = new AdmitShare.Told(unrouted, perTask, other.tasks(), other.demand());
      }
      for (int replica = 0; replica < 2; replica++) {
        replicas.get(replica).look(now * 1_000, own[replica], told[replica]);
      }
    }

    SummaryStatistics shares(int replica, int from, int to) {
      SummaryStatistics statistics = new SummaryStatistics();
      shares.subList(from, to).forEach(both -> statistics.addValue(both[replica]));
      return statistics;
    }

    int admitted(int from, int to) {
      return calls.subList(from, to).stream().mapToInt(n -> n).sum();
    }

    double perMinute(int from, int to) {
      return 60. * admitted(from, to) / (to - from);
    }

    @Override
    public String toString() {
      SummaryStatistics all = shares(0, 300, shares.size());
      return "seed %d: shares %.3f to %.3f, %.1f a minute"
          .formatted(seed, all.getMin(), all.getMax(), perMinute(300, shares.size()));
    }
  }
}
