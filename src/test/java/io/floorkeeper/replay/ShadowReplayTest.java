package io.floorkeeper.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A switch-on over invented outcomes: 600 tasks of one role, the weak model at .93, the strong one
 * at .97 and ten times the price, seed 9 of the outcomes, replays from seed 1.
 */
class ShadowReplayTest {
  private static final Policy POLICY =
      PolicyReader.read(
          """
          tiers:
            - {name: small, models: [{name: weak, provider: acme,
               price: {input_usd_per_million: 1, output_usd_per_million: 1}}]}
            - {name: large, models: [{name: strong, provider: acme,
               price: {input_usd_per_million: 10, output_usd_per_million: 10}}]}
          defaults: {floor: {quality: .85}, label_rate: 1.0, graduation: {min_traces: 0}}
          roles: {worker: {}}
          """,
          "test");

  @Test
  void theRulesServeWhatIsNotDrawnAndTheBanditAnswersAfterTheSwitch() {
    ShadowRun.Report report = run(.2, 4);

    ShadowRun.Level rules = level(report, "the rules alone");
    ShadowRun.Level served = level(report, "what was served in the shadow");
    ShadowRun.Level came = level(report, "what came");
    assertThat(rules.usdPerTask()).isCloseTo(.01, within(1e-9));
    assertThat(served.usdPerTask()).isBetween(.0080, .0099);
    assertThat(came.usdPerTask()).isLessThan(.005);
    assertThat(report.meanShift()).isBetween(0., .5);
  }

  /**
   * 40 runs: at a true coverage of .95 or more fewer than 32 inside have a probability below 1e-4,
   * each of two.
   */
  @Test
  void whatIsStatedOfTheShadowIsSo() {
    ShadowRun.Report report = run(.2, 40);

    for (ShadowCoverage.Share share : report.coverage()) {
      if (share.target().equals("the shadow's own path") && share.of().equals("roles one by one")) {
        assertThat(share.told()).isEqualTo(40);
        assertThat(share.inside()).as(share.axis()).isGreaterThanOrEqualTo(.8);
        assertThat(share.low()).isLessThan(share.inside());
      }
    }
    assertThat(report.coverage()).hasSizeGreaterThanOrEqualTo(20);
  }

  @Test
  void withoutAShareEveryNumberIsRefused() {
    ShadowRun.Report report = run(0, 3);

    assertThat(report.coverage()).allSatisfy(share -> assertThat(share.told()).isZero());
    assertThat(report.coverage()).anySatisfy(share -> assertThat(share.refused()).isEqualTo(3));
  }

  @Test
  void equalSeedsTellTheSame() {
    assertThat(run(.2, 3)).isEqualTo(run(.2, 3));
  }

  private static ShadowRun.Report run(double share, int seeds) {
    ShadowOptions options = new ShadowOptions();
    options.passes = 1;
    options.share = share;
    options.alpha = .05;
    return ShadowRun.run(
        "invented",
        invented(),
        POLICY,
        new LiveReplay.Plan(2, 1, 20, Integer.MAX_VALUE),
        options,
        seeds);
  }

  private static ShadowRun.Level level(ShadowRun.Report report, String what) {
    return report.levels().stream().filter(l -> l.what().equals(what)).findFirst().orElseThrow();
  }

  private static OutcomeData invented() {
    Random random = new Random(9);
    List<OutcomeData.Task> tasks = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      tasks.add(
          new OutcomeData.Task(
              "t" + i,
              "worker",
              List.of(
                  outcome(random.nextDouble() < .93, .001),
                  outcome(random.nextDouble() < .97, .01))));
    }
    return new OutcomeData(List.of("weak", "strong"), tasks);
  }

  private static OutcomeData.Outcome outcome(boolean passed, double costUsd) {
    return new OutcomeData.Outcome(passed ? 1 : 0, costUsd, 900, 100, 500);
  }
}
