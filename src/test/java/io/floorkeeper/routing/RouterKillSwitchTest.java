package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.policy.PolicyBook;
import org.junit.jupiter.api.Test;

/** The kill switch: every role by its preset tier, and no further than its pins let it. */
class RouterKillSwitchTest extends RouterFixture {

  @Test
  void everyDecisionIsThePresetAndSaysWhy() {
    // Given
    AllocationSnapshot on = learning().withKillSwitch(true);
    int preset = on.routes("worker").policy().presetIndex();
    for (int i = 0; i < 1_000; i++) {
      // When
      Decision decision = decide(on, Ask.worker());
      // Then
      assertThat(decision.candidate()).isEqualTo(preset);
      assertThat(decision.reason()).isEqualTo(Reason.PRESET);
      assertThat(decision.constraints()).contains("kill_switch");
      assertThat(decision.propensity()).isEqualTo(1);
    }
  }

  @Test
  void aTaskOnAnotherArmEndsThereAndOneOnThePresetGoesOn() {
    // Given
    AllocationSnapshot off = learning();
    AllocationSnapshot on = off.withKillSwitch(true);
    int preset = on.routes("worker").policy().presetIndex();
    boolean another = false;
    boolean same = false;
    for (int i = 0; i < 10_000 && !(another && same); i++) {
      Decision root = decide(off, Ask.worker());
      // When
      Decision continued = decide(on, Ask.worker().continuing(root.decisionId()));
      // Then
      assertThat(continued.candidate()).isEqualTo(preset);
      if (root.candidate() == preset) {
        same = true;
        assertThat(continued.reason()).isEqualTo(Reason.STICKY);
        assertThat(continued.id().root()).isEqualTo(root.id().root());
      } else {
        another = true;
        assertThat(continued.reason()).isEqualTo(Reason.PRESET);
        assertThat(continued.constraints()).contains("kill_switch", "continuation_ended");
      }
    }
    assertThat(another && same).isTrue();
  }

  @Test
  void aShadowExploresNothingEither() {
    PolicyBook.Published shadowed =
        Snapshots.worker("{learning: shadow, shadow_share: 0.5, preset: mid}");
    AllocationSnapshot off = Snapshots.of(shadowed, Snapshots.undecided());
    assertThat(first(Reason.EXPLORED, off, Ask.worker()).shadowCandidate()).isNotNegative();
    for (int i = 0; i < 1_000; i++) {
      Decision decision = decide(off.withKillSwitch(true), Ask.worker());
      assertThat(decision.reason()).isEqualTo(Reason.PRESET);
      assertThat(decision.propensity()).isEqualTo(1);
      assertThat(decision.shadowCandidate()).isNegative();
    }
  }

  @Test
  void offAgainTheBanditAnswers() {
    AllocationSnapshot off = learning().withKillSwitch(true).withKillSwitch(false);
    assertThat(first(Reason.SAMPLED, off, Ask.worker()).constraints())
        .doesNotContain("kill_switch");
  }

  private static AllocationSnapshot learning() {
    PolicyBook.Published published = Snapshots.worker("{}");
    return Snapshots.of(published, Snapshots.undecided());
  }
}
