package io.floorkeeper.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.OffPolicyEstimate;
import io.floorkeeper.ledger.DecisionId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From logged tasks to claims: which of them count, and the figures. */
class RoleTallyTest {
  private static final double ALPHA = .05;
  private static final int PRESET = 1;

  private final Tasks tasks = new Tasks();
  private final RoleTally tally = new RoleTally(Tasks.CANDIDATES);

  // --- the estimates

  @Test
  void theFiguresAreThoseOfTheTextbook() {
    // Given: small drawn twice at 1/2, the frontier twice at 1/4
    add(tasks.of(Tasks.SMALL, .5).asked().quality(1).usd(.001));
    add(tasks.of(Tasks.SMALL, .5).asked().quality(0).usd(.003));
    add(tasks.of(Tasks.FRONTIER, .25).asked().quality(1).usd(.010));
    add(tasks.of(Tasks.FRONTIER, .25).asked().quality(.5).usd(.030));

    // When
    RoleClaims claims = claims();

    // Then: logged (1 + 0 + 1 + .5)/4
    PolicyEstimate logged = of(claims, RoleClaims.Kind.LOGGED).quality().orElseThrow();
    assertThat(logged.ips().value()).isEqualTo(.625);
    assertThat(logged.snips().value()).isEqualTo(.625);
    assertThat(logged.effectiveN()).isEqualTo(4);
    assertThat(logged.doublyRobust()).isEmpty();
    // small: x = 2, 0, 0, 0; w = 2, 2, 0, 0
    PolicyEstimate small = always(claims, "small/a").quality().orElseThrow();
    assertThat(small.ips().value()).isEqualTo(.5);
    assertThat(small.snips().value()).isEqualTo(.5);
    assertThat(small.meanWeight()).isEqualTo(1);
    assertThat(small.effectiveN()).isEqualTo(2);
    assertThat(small.drawn()).isEqualTo(2);
    assertThat(small.n()).isEqualTo(4);
    // se^2 = (2^2 - 4 * .5^2) / (4 * 3) = 1/4
    assertThat(small.ips().high() - .5).isCloseTo(1.959963984540054 * .5, within(1e-12));
    // frontier: x = 4, 2; w = 4, 4: drawn twice as often as one in four says
    PolicyEstimate frontier = always(claims, "frontier/c").quality().orElseThrow();
    assertThat(frontier.ips().value()).isEqualTo(1.5);
    assertThat(frontier.snips().value()).isEqualTo(.75);
    assertThat(frontier.meanWeight()).isEqualTo(2);
    // dollars
    assertThat(of(claims, RoleClaims.Kind.LOGGED).usd().orElseThrow().ips().value())
        .isCloseTo(.011, within(1e-15));
    PolicyEstimate usd = always(claims, "frontier/c").usd().orElseThrow();
    assertThat(usd.snips().value()).isCloseTo(.020, within(1e-15));
    assertThat(usd.ips().value()).isCloseTo(.040, within(1e-15));
    assertThat(usd.cressieRead()).as("dollars have no bound").isEmpty();
  }

  @Test
  void theReferenceIsTheStrongestCandidateAndThePresetThePolicys() {
    add(tasks.of(Tasks.MID, .5).asked().quality(1).usd(.001));
    add(tasks.of(Tasks.FRONTIER, .5).asked().quality(0).usd(.003));

    RoleClaims claims = claims();

    assertThat(of(claims, RoleClaims.Kind.UNIFORM_REFERENCE).arm()).contains("frontier/c");
    assertThat(of(claims, RoleClaims.Kind.UNIFORM_REFERENCE).quality())
        .isEqualTo(always(claims, "frontier/c").quality());
    assertThat(of(claims, RoleClaims.Kind.PRESET).arm()).contains("mid/b");
    assertThat(claims.policies()).hasSize(1 + 1 + 1 + 3);
    assertThat(tally.claims(-1, ALPHA).policies()).hasSize(1 + 1 + 3);
  }

  @Test
  void anArmThatWasNeverDrawnHasNoNumber() {
    add(tasks.of(Tasks.SMALL, .5).asked().quality(1));
    add(tasks.of(Tasks.MID, .5).quality(1).usd(.002)); // a label that was not asked for

    RoleClaims claims = claims();

    assertThat(always(claims, "frontier/c").quality()).isEmpty();
    assertThat(always(claims, "frontier/c").usd()).isEmpty();
    assertThat(always(claims, "mid/b").quality()).isEmpty();
    assertThat(always(claims, "mid/b").usd()).isPresent();
    assertThat(always(claims, "small/a").usd()).isEmpty();
  }

  @Test
  void withoutAnyTaskThereIsNoNumberAtAll() {
    RoleClaims claims = claims();

    assertThat(claims.policies())
        .allSatisfy(
            of -> {
              assertThat(of.quality()).isEmpty();
              assertThat(of.usd()).isEmpty();
            });
    assertThat(claims.saving().saving()).isEmpty();
  }

  @Test
  void anArmThatIsNoCandidateAnyMoreStillCountsAsADraw() {
    add(tasks.of(Tasks.SMALL, .5).asked().quality(1));
    add(tasks.of(99, .5).asked().quality(0));

    RoleClaims claims = claims();

    assertThat(of(claims, RoleClaims.Kind.LOGGED).quality().orElseThrow().ips().value())
        .isEqualTo(.5);
    assertThat(always(claims, "small/a").quality().orElseThrow().n()).isEqualTo(2);
    assertThat(always(claims, "small/a").quality().orElseThrow().ips().value()).isEqualTo(1);
  }

  /** The prior is .80 and the other fold empty: d = .80 + 2 * (1 - .80). */
  @Test
  void aPredictionHasNotSeenTheRewardThatItIsSetAgainst() {
    add(tasks.of(Tasks.SMALL, .5).asked().quality(1));

    OffPolicyEstimate robust =
        always(claims(), "small/a").quality().orElseThrow().doublyRobust().orElseThrow();

    assertThat(robust.value()).isCloseTo(1.2, within(1e-12));
  }

  @Test
  void aFoldIsPredictedByTheOtherSmoothedByThePrior() {
    // Given: a task in either fold
    LoggedTask here = tasks.of(Tasks.SMALL, .5).asked().quality(1).task();
    LoggedTask there = here;
    while (there.fold() == here.fold()) {
      there = tasks.of(Tasks.SMALL, .5).asked().quality(0).task();
    }
    tally.add(here);
    tally.add(there);

    // When
    OffPolicyEstimate robust =
        always(claims(), "small/a").quality().orElseThrow().doublyRobust().orElseThrow();

    // Then: m = (4*.8 + 0)/5 = .64 here, (4*.8 + 1)/5 = .84 there; d = m + 2*(r - m)
    assertThat(robust.value()).isCloseTo((1.36 + -.84) / 2, within(1e-12));
  }

  @Test
  void foldsAreHalvesAndFixed() {
    int ones = 0;
    for (int i = 0; i < 10_000; i++) {
      LoggedTask task = tasks.of(Tasks.SMALL, .5).task();
      assertThat(task.fold()).isBetween(0, 1).isEqualTo(task.fold());
      ones += task.fold();
    }
    // Deterministic; were it a coin, 200 is four standard deviations.
    assertThat(ones).isCloseTo(5_000, within(200));
  }

  // --- where an arm was drawn

  /** 1,000 tasks; of the share that lies in bucket 2 the small arm gets its weights' part only. */
  private void addBuckets(double share, double meanWeight) {
    int other = (int) (1_000 * share);
    for (int i = 0; i < 1_000; i++) {
      boolean second = i < other;
      boolean small = second ? i < meanWeight * other / 4 : i % 2 == 0;
      double p = second ? small ? .25 : .75 : .5;
      add(
          tasks
              .of(small ? Tasks.SMALL : Tasks.MID, p)
              .bucket(second ? 2 : 1)
              .asked()
              .quality(i % 3 == 0 ? 0 : 1)
              .usd(.001 * (1 + i % 7)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    ".3, 0, .3",
    ".3, .49, .3",
    ".3, .52, 0",
    ".3, 1, 0",
    ".02, 0, .02",
    ".019, 0, 0",
    ".9, .2, .9"
  })
  void anArmThatABucketHardlyEverDrewHasNoNumberButTheShareOfTheBucket(
      double share, double meanWeight, double undrawn) {
    addBuckets(share, meanWeight);

    RoleClaims.OfPolicy small = always(claims(), "small/a");

    assertThat(small.quality().isPresent()).isEqualTo(undrawn == 0);
    assertThat(small.usd().isPresent()).isEqualTo(undrawn == 0);
    assertThat(small.qualitySupport().undrawnShare()).isCloseTo(undrawn, within(1e-12));
    assertThat(small.qualitySupport().drawn()).isPositive();
    assertThat(small.usdSupport()).isEqualTo(small.qualitySupport());
    assertThat(of(claims(), RoleClaims.Kind.LOGGED).quality()).isPresent();
  }

  @Test
  void presetAndReferenceNeedSupportToo() {
    for (int i = 0; i < 400; i++) {
      int arm = i % 4 == 0 ? Tasks.MID : i % 4 == 1 ? Tasks.FRONTIER : Tasks.SMALL;
      add(tasks.of(i < 200 ? Tasks.SMALL : arm, i < 200 ? 1 : .25).bucket(i < 200 ? 1 : 2).usd(1));
    }

    assertThat(of(claims(), RoleClaims.Kind.PRESET).usdSupport().undrawnShare()).isEqualTo(.5);
    assertThat(of(claims(), RoleClaims.Kind.PRESET).usd()).isEmpty();
    assertThat(of(claims(), RoleClaims.Kind.UNIFORM_REFERENCE).usd()).isEmpty();
    assertThat(always(claims(), "small/a").usd()).isPresent();
  }

  /** Eighty buckets of 1.25 % each, in 44 of which nothing but mid was drawn. */
  @Test
  void smallBucketsAreAskedAfterTogether() {
    for (int i = 0; i < 8_000; i++) {
      boolean both = i % 80 < 36;
      boolean small = both && i / 80 % 2 == 0;
      add(tasks.of(small ? Tasks.SMALL : Tasks.MID, both ? .5 : 1).bucket(1 + i % 80).usd(1));
    }

    assertThat(always(claims(), "small/a").usdSupport().undrawnShare()).isEqualTo(1);
    assertThat(always(claims(), "mid/b").usd()).isPresent();
  }

  @Test
  void weightedLabelsSupportWithTheirWeights() {
    for (int i = 0; i < 1_000; i++) {
      Tasks.Draft draft = tasks.of(i % 2 == 0 ? Tasks.SMALL : Tasks.MID, .5).bucket(1).asked();
      add(i < 100 ? draft.quality(i % 4 / 2, .1) : draft);
    }

    assertThat(always(claims(), "small/a").quality()).isPresent();
  }

  // --- which tasks count

  @Test
  void onlyDrawsThatWereServedCount() {
    add(tasks.of(Tasks.SMALL, .5).asked().quality(1).usd(1));
    add(tasks.of(Tasks.SMALL, 1).flagged(DecisionId.NOT_DRAWN).asked().quality(0).usd(7));
    add(
        tasks
            .of(Tasks.SMALL, 1)
            .flagged(DecisionId.NOT_DRAWN | DecisionId.SHADOW)
            .asked()
            .quality(0)
            .usd(7));

    RoleClaims claims = claims();

    assertThat(claims.sample().firstDraws()).isEqualTo(1);
    assertThat(claims.sample().notDrawn()).isEqualTo(2);
    assertThat(of(claims, RoleClaims.Kind.LOGGED).quality().orElseThrow().ips().value())
        .isEqualTo(1);
    assertThat(claims.saving().spentUsd()).isEqualTo(1);
  }

  @Test
  void laterTasksOfASessionRepeatItsDraw() {
    add(tasks.of(Tasks.SMALL, .5).session(5).asked().quality(1).usd(1));
    add(tasks.of(Tasks.SMALL, .5).session(5).asked().quality(0).usd(1));
    add(tasks.of(Tasks.SMALL, .5).session(6).asked().quality(1).usd(1));
    add(tasks.of(Tasks.SMALL, .5).session(7).drewBefore().asked().quality(0).usd(1));
    add(tasks.of(Tasks.SMALL, .5).asked().quality(1).usd(1));
    add(tasks.of(Tasks.SMALL, .5).asked().quality(1).usd(1));

    RoleClaims claims = claims();

    assertThat(claims.sample())
        .isEqualTo(new RoleClaims.Sample(4, 2, 0, Tasks.START_MILLIS, Tasks.START_MILLIS + 5_000));
    assertThat(of(claims, RoleClaims.Kind.LOGGED).quality().orElseThrow().ips().value())
        .isEqualTo(1);
    assertThat(claims.saving().tasks()).isEqualTo(4);
  }

  @Test
  void aSessionBeginsWithItsFirstDraw() {
    add(tasks.of(Tasks.SMALL, 1).session(5).flagged(DecisionId.NOT_DRAWN).asked().quality(0));
    add(tasks.of(Tasks.SMALL, .5).session(5).asked().quality(1));

    assertThat(claims().sample().firstDraws()).isEqualTo(1);
  }

  @Test
  void boostedLabelsFavourArmsInDoubtAndAreLeftOut() {
    add(tasks.of(Tasks.SMALL, .5).asked().quality(1));
    add(tasks.of(Tasks.SMALL, .5).flagged(DecisionId.BOOSTED_LABEL).quality(0));
    add(tasks.of(Tasks.SMALL, .5).asked());

    RoleClaims claims = claims();

    assertThat(claims.labels()).isEqualTo(new RoleClaims.Labels(2, 1, false));
    PolicyEstimate logged = of(claims, RoleClaims.Kind.LOGGED).quality().orElseThrow();
    assertThat(logged.n()).as("missing at random: left out").isEqualTo(1);
    assertThat(logged.ips().value()).isEqualTo(1);
  }

  /** A judge that scores failures at 60 % and passes at 30 % reads q = .90 as .818. */
  @Test
  void aSourceThatSamplesByResultIsWeighedBack() {
    // Given
    for (int i = 0; i < 1_000; i++) {
      Tasks.Draft draft = tasks.of(i % 2 == 0 ? Tasks.SMALL : Tasks.MID, .5).asked();
      if (i < 270) {
        draft.quality(1, .3);
      } else if (i < 330) {
        draft.quality(0, .6);
      }
      add(draft);
    }

    // When
    RoleClaims claims = claims();

    // Then
    assertThat(claims.labels()).isEqualTo(new RoleClaims.Labels(1_000, 330, true));
    for (RoleClaims.OfPolicy of :
        List.of(of(claims, RoleClaims.Kind.LOGGED), always(claims, "mid/b"))) {
      PolicyEstimate quality = of.quality().orElseThrow();
      assertThat(quality.n()).isEqualTo(1_000);
      assertThat(quality.ips().value()).isCloseTo(.9, within(1e-6));
      assertThat(quality.snips().value()).isCloseTo(.9, within(1e-6));
      assertThat(quality.cressieRead().orElseThrow().value()).isCloseTo(.9, within(1e-3));
      assertThat(quality.meanWeight()).isCloseTo(1, within(1e-6));
    }
    assertThat(always(claims, "mid/b").quality().orElseThrow().doublyRobust().orElseThrow().value())
        .isCloseTo(.9, within(.01));
  }

  @Test
  void theOrderOfTasksChangesNothingButTheTimes() {
    // Given
    Random random = new Random(20261125);
    List<LoggedTask> logged = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      int arm = 1 + random.nextInt(3);
      logged.add(
          tasks
              .of(arm, .1 + .8 * random.nextDouble())
              .asked()
              .quality(random.nextInt(4) / 3., .5 + random.nextDouble() / 2)
              .usd(random.nextDouble())
              .task());
    }
    RoleTally other = new RoleTally(Tasks.CANDIDATES);
    logged.forEach(tally::add);
    Collections.shuffle(logged, random);
    logged.forEach(other::add);

    // Then: but for predictions, whose means are sums of doubles
    RoleClaims here = claims();
    RoleClaims there = other.claims(PRESET, ALPHA);
    for (int p = 0; p < here.policies().size(); p++) {
      PolicyEstimate a = here.policies().get(p).quality().orElseThrow();
      PolicyEstimate b = there.policies().get(p).quality().orElseThrow();
      assertThat(a.ips()).isEqualTo(b.ips());
      assertThat(a.snips()).isEqualTo(b.snips());
      assertThat(a.cressieRead()).isEqualTo(b.cressieRead());
      a.doublyRobust()
          .ifPresent(
              dr ->
                  assertThat(dr.value())
                      .isCloseTo(b.doublyRobust().orElseThrow().value(), within(1e-12)));
    }
  }

  private void add(Tasks.Draft draft) {
    tally.add(draft.task());
  }

  private RoleClaims claims() {
    return tally.claims(PRESET, ALPHA);
  }

  private static RoleClaims.OfPolicy of(RoleClaims claims, RoleClaims.Kind kind) {
    return claims.policies().stream().filter(p -> p.kind() == kind).findFirst().orElseThrow();
  }

  private static RoleClaims.OfPolicy always(RoleClaims claims, String arm) {
    return claims.policies().stream()
        .filter(p -> p.kind() == RoleClaims.Kind.ALWAYS && p.arm().orElseThrow().equals(arm))
        .findFirst()
        .orElseThrow();
  }
}
