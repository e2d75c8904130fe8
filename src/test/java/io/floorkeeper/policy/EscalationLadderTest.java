package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EscalationLadderTest {
  private static final String POLICY =
      """
      tiers:
        - {name: small, models: [{name: s, provider: p}]}
        - {name: mid, models: [{name: m, provider: p}, {name: m2, provider: p}]}
        - {name: frontier, models: [{name: f, provider: p}]}
      roles:
        worker: {floor: {quality: .9}, escalation: [mid, frontier]}
        careful: {floor: {quality: .9}, escalation: [frontier]}
      """;

  private final Policy policy = PolicyReader.read(POLICY, "a test");
  private final RolePolicy worker = policy.roles().get("worker");

  @Test
  void aTaskClimbsTheRolesTiersAboveTheArmThatStartedIt() {
    EscalationLadder ladder = EscalationLadder.above(worker.candidates().get(0), worker);

    assertThat(ladder.rungs())
        .extracting(Arm::key)
        .containsExactly("mid/m", "mid/m2", "frontier/f");
    assertThat(ladder.rung(1)).map(Arm::key).contains("mid/m");
    assertThat(ladder.rung(0)).isEmpty();
    assertThat(ladder.rung(4)).isEmpty();
  }

  @Test
  void fromAHigherStartTheLadderIsShorter() {
    EscalationLadder ladder = EscalationLadder.above(worker.candidates().get(2), worker);

    assertThat(ladder.rungs()).extracting(Arm::key).containsExactly("frontier/f");
  }

  @Test
  void evidenceOfOneLadderIsNotThatOfAnother() {
    RolePolicy careful = policy.roles().get("careful");
    Arm small = worker.candidates().get(0);

    assertThat(EscalationLadder.above(small, worker).digest())
        .isPositive()
        .isNotEqualTo(EscalationLadder.above(small, careful).digest())
        .isEqualTo(EscalationLadder.above(small, policy.roles().get("worker")).digest());
  }
}
