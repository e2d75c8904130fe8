package io.floorkeeper.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is told of a claim, and what is not. */
class EstimatesAnswerTest {
  private final Tasks tasks = new Tasks();
  private final RoleTally tally = new RoleTally(Tasks.CANDIDATES);

  private void add(int count, int arm, double propensity, double quality, double usd) {
    for (int i = 0; i < count; i++) {
      tally.add(tasks.of(arm, propensity).bucket(1).asked().quality(quality).usd(usd).task());
    }
  }

  /** logged, uniform_reference, small, mid, frontier. */
  private EstimatesAnswer.Policy told(int policy) {
    return EstimatesAnswer.policy(tally.claims(-1, .05).policies().get(policy), true, .05);
  }

  @Test
  void qualitiesAndTheirIntervalsStayWithinTheirRange() {
    // Given: half of the tasks on either arm, a little more often than the log says; 39 of 40 pass
    add(195, Tasks.SMALL, .45, 1, .03);
    add(5, Tasks.SMALL, .45, 0, .01);
    add(200, Tasks.MID, .55, 1, .02);

    // When
    EstimatesAnswer.Estimates quality = told(2).quality();

    // Then: 195 / .45 / 400
    assertThat(tally.claims(-1, .05).policies().get(2).quality().orElseThrow().ips().value())
        .isCloseTo(1.0833, within(1e-3));
    assertThat(quality.ips().value()).isEqualTo(1);
    assertThat(quality.ips().low()).isLessThan(1);
    assertThat(quality.ips().high()).isEqualTo(1);
    assertThat(List.of(quality.snips(), quality.dr(), quality.cressieRead()))
        .allSatisfy(
            interval -> {
              assertThat(interval.low()).isBetween(0., interval.value());
              assertThat(interval.high()).isBetween(interval.value(), 1.);
              assertThat(interval.why()).isNull();
            });
    assertThat(told(2).costUsd().ips().value()).as("dollars are not cut").isLessThan(.05);
  }

  /** confseq's figure for 700 of 1,000 at nBest 100 is .651629/.745949; here nBest is 1,000. */
  @Test
  void whatWasLoggedHasAnIntervalThatHoldsAtAllLooks() {
    add(700, Tasks.SMALL, .5, 1, .03);
    add(300, Tasks.MID, .5, 0, .02);

    EstimatesAnswer.Estimates logged = told(0).quality();

    assertThat(logged.anytime().value()).isCloseTo(.7, within(1e-12));
    assertThat(logged.anytime().low()).isBetween(.65, logged.ips().low());
    assertThat(logged.anytime().high()).isBetween(logged.ips().high(), .75);
    assertThat(told(2).quality().anytime()).as("of what was not logged").isNull();
    assertThat(told(0).costUsd().anytime()).as("of dollars").isNull();
    assertThat(
            EstimatesAnswer.policy(tally.claims(-1, .05).policies().get(0), false, .05)
                .quality()
                .anytime())
        .as("of labels that weigh differently")
        .isNull();
  }

  @Test
  void anIntervalThatLiesBeyondTheRangeIsNotOne() {
    add(390, Tasks.SMALL, .25, 1, 10);
    add(10, Tasks.SMALL, .25, 0, 20);

    EstimatesAnswer.Policy small = told(2);

    assertThat(small.quality().ips())
        .isEqualTo(
            new EstimatesAnswer.Interval(
                1., null, null, "it lies outside of [0, 1]: the weights are off"));
    assertThat(small.costUsd().ips().value()).isCloseTo(41, within(1e-9));
    assertThat(small.costUsd().ips().low()).isGreaterThan(1);
  }

  @Test
  void rewardsThatAreAllAlikeHaveNoIntervalOfNoWidth() {
    add(100, Tasks.SMALL, .5, .7, .03);
    add(100, Tasks.MID, .5, 1, .02);

    EstimatesAnswer.Policy small = told(2);

    EstimatesAnswer.Interval alike = small.quality().snips();
    assertThat(alike.value()).isCloseTo(.7, within(1e-12));
    assertThat(alike.low()).isNull();
    assertThat(alike.high()).isNull();
    assertThat(alike.why()).isEqualTo("all that was drawn is alike");
    assertThat(small.costUsd().snips().low()).isNull();
    assertThat(small.quality().ips().low()).isLessThan(.7);
    assertThat(small.quality().cressieRead().low()).isLessThan(.7);
  }

  @Test
  void belowThirtyEffectiveDrawsThereIsNoNormalInterval() {
    Random random = new Random(20261128);
    for (int i = 0; i < 29; i++) {
      add(1, Tasks.SMALL, .5, random.nextInt(2), random.nextDouble());
      add(1, Tasks.MID, .5, random.nextInt(2), random.nextDouble());
    }

    EstimatesAnswer.Estimates before = told(2).quality();
    add(1, Tasks.SMALL, .5, 1, .5);
    EstimatesAnswer.Estimates after = told(2).quality();

    assertThat(List.of(before.ips(), before.snips(), before.dr()))
        .allSatisfy(
            interval -> {
              assertThat(interval.value()).isNotNull();
              assertThat(interval.low()).isNull();
              assertThat(interval.high()).isNull();
              assertThat(interval.why()).isEqualTo("fewer than 30 effective draws");
            });
    assertThat(before.cressieRead().low()).as("of 58 draws, and not normal").isNotNull();
    assertThat(List.of(after.ips(), after.snips(), after.dr()))
        .allSatisfy(interval -> assertThat(interval.low()).isNotNull());
  }

  @Test
  void aHandfulHasNoIntervalAtAll() {
    add(5, Tasks.SMALL, 1, 1, .01);

    assertThat(told(0).quality().cressieRead().value()).isEqualTo(1);
    assertThat(told(0).quality().cressieRead().low()).isNull();
  }

  @Test
  void whereAnArmWasHardlyEverDrawnTheShareOfTheTasksIsTold() {
    add(100, Tasks.SMALL, .5, 1, .01);
    add(100, Tasks.MID, .5, 1, .01);
    for (int i = 0; i < 300; i++) {
      tally.add(tasks.of(Tasks.MID, .99).bucket(2).asked().quality(1).usd(.01).task());
    }

    assertThat(told(2).quality())
        .isEqualTo(
            new EstimatesAnswer.Estimates(
                100,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                "for 60 % of the tasks with a base label small/a was hardly ever drawn: in their"
                    + " context the weights of its draws add up to less than half of the tasks"));
    assertThat(told(2).costUsd().why()).startsWith("for 60 % of the tasks with known dollars");
    assertThat(told(3).quality().snips().value()).isEqualTo(1);
    assertThat(told(1).quality().why()).isEqualTo("frontier/c was never drawn with a base label");
  }

  @Test
  void nothingAtAllSaysSo() {
    assertThat(told(0).costUsd().why()).isEqualTo("nothing was ever drawn with known dollars");
  }
}
