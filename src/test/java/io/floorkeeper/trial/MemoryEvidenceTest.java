package io.floorkeeper.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.bandit.BlockEvidence;
import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.List;
import org.junit.jupiter.api.Test;

/** It must forget and remember as the service does. */
class MemoryEvidenceTest {
  private static final int ROLE = 1;

  private static void label(MemoryEvidence evidence, int armNo, int block, int calls, int quality) {
    for (int i = 0; i < calls; i++) {
      MemoryEvidence.Place place = new MemoryEvidence.Place(ROLE, "worker", armNo, block);
      evidence.add(place, Evidence.episode());
      evidence.addLabel(
          new MemoryEvidence.Labelled(
              place, Evidence.label(Evidence.ONE, quality * Evidence.ONE), quality, true));
    }
  }

  private static List<BlockEvidence> blocks(RoleEvidence role, int armNo) {
    return role.arms().stream()
        .filter(arm -> arm.armNo() == armNo)
        .map(ArmEvidence::blocks)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anArmThatGotWorseCountsItsOlderBlocksAsBeforeOneReset() {
    // Given: two healthy arms
    MemoryEvidence evidence = new MemoryEvidence(true);
    label(evidence, 7, 0, 160, 1);
    label(evidence, 8, 0, 160, 1);
    // When
    label(evidence, 7, 0, 15, 0);
    RoleEvidence role = evidence.snapshot(1).role(ROLE);
    label(evidence, 7, role.block(), 5, 0);
    // Then
    assertThat(role.block()).isEqualTo(1);
    assertThat(blocks(role, 7)).extracting(BlockEvidence::resetsSince).containsExactly(1);
    assertThat(blocks(role, 8)).extracting(BlockEvidence::resetsSince).containsExactly(0);
    assertThat(blocks(evidence.snapshot(2).role(ROLE), 7))
        .extracting(BlockEvidence::resetsSince)
        .containsExactly(1, 0);
  }

  @Test
  void whoDoesNotWatchNeverResets() {
    MemoryEvidence evidence = new MemoryEvidence(false);
    label(evidence, 7, 0, 160, 1);
    label(evidence, 7, 0, 100, 0);

    assertThat(evidence.snapshot(1).role(ROLE).block()).isZero();
  }

  @Test
  void aBlockIsAsManyCallsAsTheServices() {
    MemoryEvidence evidence = new MemoryEvidence(false);
    for (int i = 0; i < 693; i++) {
      evidence.add(new MemoryEvidence.Place(ROLE, "worker", 7, 0), Evidence.episode());
    }

    assertThat(evidence.snapshot(1).role(ROLE).block()).isEqualTo(1);
  }

  /**
   * An arm that passes .70 of the role's tasks is given the easy ones alone once the context is in
   * force. Within its bucket it is what it was; in the role as a whole it would seem to drift.
   */
  @Test
  void anArmThatIsRoutedByContextIsWatchedWithinItsBucket() {
    MemoryEvidence evidence = new MemoryEvidence(true);
    for (int i = 0; i < 200; i++) {
      inBucket(evidence, 1 + i % 2, false, i % 2 == 0 || i % 5 < 2 ? 1 : 0);
    }
    // When
    for (int i = 0; i < 400; i++) {
      inBucket(evidence, 1, true, 1);
    }
    // Then
    assertThat(resets(evidence)).isZero();
    // When: it does drift there
    for (int i = 0; i < 40; i++) {
      inBucket(evidence, 1, true, 0);
    }
    // Then: in all its buckets
    assertThat(resets(evidence)).isPositive();
    assertThat(evidence.snapshot(1).role(ROLE).arms())
        .extracting(arm -> arm.blocks().get(0).resetsSince())
        .hasSize(2)
        .containsOnly(resets(evidence));
  }

  private static void inBucket(MemoryEvidence evidence, int bucket, boolean byContext, int q) {
    MemoryEvidence.Place place = new MemoryEvidence.Place(ROLE, "worker", bucket, byContext, 7, 0);
    evidence.add(place, Evidence.episode());
    Evidence label = Evidence.label(Evidence.ONE, q * Evidence.ONE);
    evidence.addLabel(new MemoryEvidence.Labelled(place, label, q, true));
  }

  private static int resets(MemoryEvidence evidence) {
    return evidence.snapshot(1).role(ROLE).arms().get(0).blocks().get(0).resetsSince();
  }
}
