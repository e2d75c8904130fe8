package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.RoleEvidence;
import org.junit.jupiter.api.Test;

/** Learning does not start before there is something to learn from, on both axes. */
class GraduationTest {
  private static final String GATED = "graduation: {min_traces: 200}, preset: mid";

  @Test
  void tracesWithoutAnyLabelDoNotStartLearning() {
    // Given
    RoleEvidence seen = Snapshots.evidence(11, 500, 1, Snapshots.arm(Snapshots.MID, Evidence.ZERO));
    // When
    RoleRoutes worker = worker(Snapshots.worker("{" + GATED + "}"), seen);
    // Then
    assertThat(graduation(worker)).isEqualTo(new Graduation(500, 200, false, true));
    assertThat(worker.learning()).isFalse();
    assertThat(Learnings.of(worker)).isEqualTo("gathering");
  }

  @Test
  void aCandidateOfUnknownCostHoldsItBack() {
    // Given
    PolicyBook.Published unpriced =
        Snapshots.numbered(
            """
            tiers:
              - {name: small, models: [{name: haiku, provider: p}]}
              - name: mid
                models: [{name: sonnet, provider: p, price: {input_usd_per_million: 3, output_usd_per_million: 15}}]
            roles: {worker: {floor: {quality: .9}, graduation: {min_traces: 200}}}
            """);
    // When
    RoleRoutes worker =
        worker(unpriced, Snapshots.evidence(11, 500, 1, Snapshots.labelled(2, 40, 38)));
    // Then
    assertThat(graduation(worker)).isEqualTo(new Graduation(500, 200, true, false));
    assertThat(worker.learning()).isFalse();
  }

  @Test
  void withTracesLabelsAndPricesItLearns() {
    // When
    RoleRoutes worker =
        worker(
            Snapshots.worker("{" + GATED + "}"),
            Snapshots.evidence(11, 200, 1, Snapshots.labelled(Snapshots.MID, 1, 1)));
    // Then
    assertThat(graduation(worker)).isEqualTo(new Graduation(200, 200, true, true));
    assertThat(worker.learning()).isTrue();
  }

  @Test
  void aPolicyThatAsksForNoTracesHasNoGate() {
    assertThat(worker(Snapshots.worker("{}")).learning()).isTrue();
  }

  private static Graduation graduation(RoleRoutes role) {
    return Graduation.of(role.policy(), role.arms(), role.calls());
  }

  private static RoleRoutes worker(PolicyBook.Published published, RoleEvidence... evidence) {
    return Snapshots.of(published, evidence).routes("worker");
  }
}
