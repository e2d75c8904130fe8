package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.platform.Problem;
import io.floorkeeper.posterior.RoleSpend;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a reached ceiling means for a task that has begun. The preset is the frontier. */
class BegunTaskCeilingTest extends RouterFixture {
  private static final String RUN = "r-7";
  private static final long SPENT = 5_000_000_000L;

  @Test
  void itKeepsItsArmWhateverWasSpent() {
    Decision root = decide(preset("block", 0), Ask.worker().run(RUN));

    Decision next =
        decide(preset("block", SPENT), Ask.worker().run(RUN).continuing(root.decisionId()));

    assertThat(next.reason()).isEqualTo(Reason.STICKY);
    assertThat(tier(next)).isEqualTo("frontier");
  }

  @Test
  void whereWhatItSaysClosesItsArmItIsAnotherTaskAndBlocked() {
    Decision root = decide(preset("block", 0), Ask.worker().maxCostUsd(.004));
    assertThat(tier(root)).isEqualTo("small");
    Ask dearer = Ask.worker().run(RUN).minTier("mid").continuing(root.decisionId());

    assertThat(decide(preset("block", 0), dearer).constraints()).contains("continuation_ended");
    assertThatThrownBy(() -> decide(preset("block", SPENT), dearer))
        .isInstanceOf(Problem.CeilingReached.class);
  }

  @Test
  void andLoweredAsAnyOther() {
    Decision root = decide(preset("lower", 0), Ask.worker().maxCostUsd(.004));

    Decision next =
        decide(
            preset("lower", SPENT),
            Ask.worker().run(RUN).minTier("mid").continuing(root.decisionId()));

    assertThat(next.constraints()).contains("continuation_ended", "ceiling_run");
    assertThat(tier(next)).isEqualTo("mid");
  }

  @Test
  void whereItsModelIsIllItGoesOnWithAnotherAndIsNotLowered() {
    Decision root = decide(preset("lower", 0), Ask.worker().minTier("mid").maxCostUsd(.01));
    assertThat(tier(root)).isEqualTo("mid");
    Ask goesOn = Ask.worker().run(RUN).continuing(root.decisionId());

    Decision next = decide(illMid(preset("lower", SPENT)), goesOn);
    Decision begins = decide(illMid(preset("lower", SPENT)), Ask.worker().run(RUN));

    assertThat(next.constraints()).contains("continuation_ended").doesNotContain("ceiling_run");
    assertThat(tier(next)).as("the preset").isEqualTo("frontier");
    assertThat(tier(begins)).isEqualTo("small");
  }

  /** A wall has no door that opens with the right excuse. */
  @Test
  void norDoesAnIllModelOpenWhatBlocks() {
    Decision root = decide(preset("block", 0), Ask.worker().minTier("mid").maxCostUsd(.01));
    Ask goesOn = Ask.worker().run(RUN).continuing(root.decisionId());

    assertThatThrownBy(() -> decide(illMid(preset("block", SPENT)), goesOn))
        .isInstanceOf(Problem.CeilingReached.class);
  }

  private static AllocationSnapshot preset(String action, long runNanoUsd) {
    long midnight = Snapshots.NOW / RoleSpend.DAY_MILLIS * RoleSpend.DAY_MILLIS;
    return Snapshots.spending(
        Snapshots.published(
            "roles: {worker: {preset: frontier, learning: off,"
                + " ceiling: {spend_usd_per_run: 1, action: "
                + action
                + "}}}\nprecedence: cost_first"),
        new RoleSpend(midnight, 0, 100, 0, 0, Map.of(RUN, runNanoUsd)),
        Snapshots.midIsProven());
  }

  private static AllocationSnapshot illMid(AllocationSnapshot snapshot) {
    return snapshot.withGates(
        RoleGates.of(
            snapshot.published().policy().roles().values(),
            new PoolState(
                Map.of(
                    "sonnet",
                    new PoolState.Standing(
                        new ArmHealth(ArmHealth.State.OPEN, Snapshots.NOW),
                        30,
                        20,
                        900,
                        1,
                        30,
                        Double.NaN)),
                .1)));
  }

  private static String tier(Decision decision) {
    return decision.arm().arm().tier();
  }
}
