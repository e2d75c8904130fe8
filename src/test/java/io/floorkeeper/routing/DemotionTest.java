package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.ArmStanding;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An arm under an alarm, from its standing to its share. */
class DemotionTest {
  @Test
  void aDemotedArmIsTriedAndLabelledUntilItHasFiftyNewLabels() {
    // Given: a mid arm that the evidence proves, and an alarm that opened the evidence's block; no
    // ledger, in which the small arm's 400 calls would be a debt
    PolicyBook.Published published =
        Snapshots.worker("{floor: {quality: .9, scope: per_arm, ledger_confidence: 0}}");
    RoleEvidence few =
        demoted(
            Snapshots.MID,
            Snapshots.labelled(Snapshots.SMALL, 400, 280),
            Snapshots.labelled(Snapshots.MID, 49, 48));
    RoleEvidence enough =
        demoted(
            Snapshots.MID,
            Snapshots.labelled(Snapshots.SMALL, 400, 280),
            Snapshots.labelled(Snapshots.MID, 50, 49));
    // When
    MaskAllocation out = Snapshots.of(published, few).routes("worker").allocations().get(0);
    MaskAllocation back = Snapshots.of(published, enough).routes("worker").allocations().get(0);
    // Then
    assertThat(out.demoted()).containsExactly(1);
    assertThat(out.solution().pi(1)).isBetween(.10, .12);
    assertThat(out.wantsLabels(1)).isTrue();
    assertThat(back.demoted()).isEmpty();
    assertThat(back.solution().pi(1)).isGreaterThan(.9);
  }

  @Test
  void theStrongestEligibleArmIsNeverDemoted() {
    PolicyBook.Published published = Snapshots.worker("{floor: {quality: .9}}");
    RoleEvidence evidence =
        demoted(Snapshots.FRONTIER, Snapshots.labelled(Snapshots.FRONTIER, 10, 9));

    MaskAllocation allocation =
        Snapshots.of(published, evidence).routes("worker").allocations().get(0);

    assertThat(allocation.demoted()).isEmpty();
  }

  /** A mask that nobody has met yet is answered without a draw: by what is proven, or strongest. */
  @Test
  void whatIsDemotedOrProvenAgainstTheFloorOfLastResortIsNoFallback() {
    PolicyBook.Published published =
        Snapshots.worker("{floor: {quality: .9, scope: per_arm, ledger_confidence: 0}}");
    RoleRoutes calm =
        Snapshots.of(published, Snapshots.evidence(Snapshots.labelled(Snapshots.MID, 49, 49)))
            .routes("worker");
    RoleRoutes out =
        Snapshots.of(published, demoted(Snapshots.MID, Snapshots.labelled(Snapshots.MID, 49, 49)))
            .routes("worker");
    RoleRoutes unreachable =
        Snapshots.of(
                Snapshots.worker("{floor: {quality: .999}}"),
                Snapshots.evidence(
                    Snapshots.labelled(Snapshots.SMALL, 400, 100),
                    Snapshots.labelled(Snapshots.MID, 400, 390),
                    Snapshots.labelled(Snapshots.FRONTIER, 400, 380)))
            .routes("worker");
    assertThat(out.allocations().get(0).demoted()).containsExactly(1);
    assertThat(out.allocations().get(0).solution().proven(1)).isTrue();
    assertThat(unreachable.allocations().get(0).solution().isFallback()).isTrue();
    assertThat(unreachable.allocations().get(0).solution().proven(1)).isTrue();

    assertThat(calm.withoutAllocation(0b110)).isEqualTo(1);
    assertThat(out.withoutAllocation(0b110)).isEqualTo(2);
    assertThat(unreachable.withoutAllocation(0b110)).isEqualTo(2);
  }

  private static RoleEvidence demoted(int armNo, ArmEvidence... arms) {
    RoleEvidence calm = Snapshots.evidence(arms);
    return new RoleEvidence(
        calm.roleNo(),
        calm.calls(),
        calm.epoch(),
        calm.block(),
        calm.arms(),
        List.of(new ArmStanding(armNo, 1, Snapshots.BLOCK, "drift_down")),
        List.of());
  }
}
