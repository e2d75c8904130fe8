package io.floorkeeper.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.policy.PolicyReader;
import io.floorkeeper.policy.RolePolicy;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a shadow's report says, and what it refuses to. Seeds are fixed: each test is one log. */
class ShadowReportTest {
  private static final int SMALL = 0;
  private static final int STRONG = 1;
  private static final double[] USD = {.001, .01};
  private static final ShadowAnswer.Graduation OPEN =
      new ShadowAnswer.Graduation(true, 500, 200, true, true);
  private static final ShadowAnswer.Graduation SHUT =
      new ShadowAnswer.Graduation(false, 12, 200, false, true);

  private final ShadowTally tally = new ShadowTally();
  private int added;

  ShadowReportTest() {
    tally.arm("small/a", .8, .001);
    tally.arm("large/b", .92, .01);
  }

  @Test
  void withoutAShareOnlyWhatIsIdentifiedIsSaid() {
    for (int i = 0; i < 200; i++) {
      add(.7, 0, STRONG, i % 10 < 9 ? 1 : 0);
    }

    ShadowAnswer answer = answer("quality: 0.85");

    assertThat(answer.sample().estimated()).isZero();
    assertThat(answer.sample().unsupportedShare()).isCloseTo(.7, within(1e-12));
    assertThat(answer.present()).isNull();
    assertThat(answer.shadow().quality().value()).isNull();
    assertThat(answer.shadow().quality().why()).contains("shadow_share");
    assertThat(answer.shadow().costUsd().why()).contains("shadow_share");
    assertThat(answer.identified().qualityLow()).isCloseTo(.3 * .9, within(1e-12));
    assertThat(answer.identified().qualityHigh()).isCloseTo(.3 * .9 + .7, within(1e-12));
    assertThat(answer.identified().costUsdLow()).isCloseTo(.3 * .01, within(1e-12));
    assertThat(answer.happened().quality().value()).isCloseTo(.9, within(1e-12));
    assertThat(answer.happened().costUsd().value()).isCloseTo(.01, within(1e-12));
    assertThat(answer.conclusion()).anySatisfy(s -> assertThat(s).contains("70 %", "no support"));
  }

  /** Small is as good as large and a tenth of its price: 3,000 tasks, a fifth of them drawn. */
  @Test
  void aBanditThatSavesAndKeepsTheFloorIsToldSo() {
    shadow(3_000, .7, .95, .95);

    ShadowAnswer answer = answer("quality: 0.85");

    assertThat(answer.shadow().floor().verdict()).isEqualTo("above");
    assertThat(answer.present().floor().verdict()).isEqualTo("above");
    assertThat(answer.rules().costUsd().value()).isCloseTo(.01, within(1e-3));
    assertThat(answer.shadow().saving().low()).isGreaterThan(.5);
    assertThat(answer.shadow().saving().high()).isLessThan(.75);
    assertThat(answer.exploration().costUsd().high()).as("exploring saved").isNegative();
    assertThat(answer.identified()).isNull();
    assertThat(answer.conclusion())
        .contains("It keeps the floor.", "The gate to learning is open.");
    assertThat(ShadowWords.page(answer))
        .contains("| the bandit, as it stands now | 3000 |", "| small/a | 70.0 % | 70.0 % |");
  }

  @Test
  void aBanditThatBreaksTheFloorIsToldSo() {
    shadow(3_000, .7, .5, .95);

    ShadowAnswer answer = answer("relative_to_reference: 0.95");

    assertThat(answer.present().floor().verdict()).isEqualTo("below");
    assertThat(answer.present().floor().floor()).contains("0.95 of the strongest");
    assertThat(answer.present().qualityChange().high()).isNegative();
    assertThat(answer.exploration().qualityChange().value()).isNegative();
    assertThat(answer.conclusion()).anySatisfy(s -> assertThat(s).contains("do not switch it on"));
  }

  @Test
  void fewTasksDecideNothing() {
    shadow(60, .7, .9, .95);

    ShadowAnswer answer = answer("quality: 0.9");

    assertThat(answer.present().floor().verdict()).isEqualTo("undecided");
    assertThat(answer.shadow().quality().why()).contains("effective draws");
    assertThat(answer.shadow().costUsd().why()).contains("effective draws");
  }

  @Test
  void aLatestAllocationIsHeldApartFromThePath() {
    shadow(1_000, .1, .95, .95);
    shadow(500, .8, .95, .95);

    ShadowAnswer answer = answer("quality: 0.85");

    assertThat(answer.latest().tasks()).isEqualTo(500);
    assertThat(answer.sample().shift()).isCloseTo(0, within(1e-12));
    assertThat(answer.arms().get(SMALL).banditShare()).isCloseTo(.5 / 1.5, within(1e-9));
    assertThat(answer.arms().get(SMALL).presentShare()).isCloseTo(.8, within(1e-12));
    assertThat(answer.present().costUsd().value())
        .isLessThan(answer.shadow().costUsd().value() - .003);
    double path = answer.shadow().quality().high() - answer.shadow().quality().low();
    double present = answer.present().quality().high() - answer.present().quality().low();
    assertThat(present).isGreaterThan(path);
  }

  @Test
  void theGateIsNamedWhileNothingIsShadowed() {
    ShadowAnswer answer =
        new ShadowReport(role("quality: 0.85"), tally.findings(), .05)
            .answer(3, Instant.EPOCH, false, SHUT);

    assertThat(answer.conclusion())
        .containsExactly("The shadow waits for the gate: 12 of 200 traces, quality is not armed.");
    assertThat(ShadowWords.page(answer)).contains("12 of 200 traces");
  }

  /** A judge that looks at failures twice as often as at passes says so: .9 is not read as .818. */
  @Test
  void labelsWeighByHowProbableTheyWere() {
    Random random = new Random(4);
    for (int i = 0; i < 4_000; i++) {
      boolean passed = random.nextDouble() < .9;
      boolean seen = random.nextDouble() < (passed ? .3 : .6);
      tally.add(
          task(
              .5,
              .2,
              random.nextDouble() < .85 ? STRONG : SMALL,
              seen ? passed ? 1 : 0 : Double.NaN,
              passed ? 1 / .3 : 1 / .6));
    }

    ShadowAnswer answer = answer("quality: 0.5");

    assertThat(answer.shadow().quality().low()).isLessThan(.9);
    assertThat(answer.shadow().quality().high()).isGreaterThan(.9);
    assertThat(answer.happened().quality().value()).isCloseTo(.9, within(.04));
  }

  private void shadow(int tasks, double small, double qualitySmall, double qualityStrong) {
    Random random = new Random(7 + tasks);
    double p = .2 * (small / 2 + .25);
    for (int i = 0; i < tasks; i++) {
      int arm = random.nextDouble() < p ? SMALL : STRONG;
      double quality = arm == SMALL ? qualitySmall : qualityStrong;
      add(small, .2, arm, random.nextDouble() < quality ? 1 : 0);
    }
  }

  private void add(double small, double share, int arm, double quality) {
    tally.add(task(small, share, arm, quality, 1));
  }

  private ShadowTask task(double small, double share, int arm, double quality, double weight) {
    double p = share * (small / 2 + .25);
    return new ShadowTask(
        1_790_000_000_000L + added++,
        0,
        0b11,
        arm,
        STRONG,
        new double[] {0, 1},
        new double[] {small, 1 - small},
        new double[] {p, 1 - p},
        true,
        USD[arm],
        true,
        Double.isNaN(quality) ? 1 : weight,
        quality);
  }

  private ShadowAnswer answer(String floor) {
    return new ShadowReport(role(floor), tally.findings(), .05)
        .answer(3, Instant.EPOCH, false, OPEN);
  }

  private static RolePolicy role(String floor) {
    return PolicyReader.read(
            """
            tiers:
              - {name: small, models: [{name: a, provider: acme}]}
              - {name: large, models: [{name: b, provider: acme}]}
            roles: {worker: {learning: shadow, shadow_share: 0.2, floor: {%s}}}
            """
                .formatted(floor),
            "test")
        .roles()
        .get("worker");
  }
}
