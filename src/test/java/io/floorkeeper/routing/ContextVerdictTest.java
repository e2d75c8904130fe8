package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.bandit.BlockEvidence;
import io.floorkeeper.bandit.ContextVerdict.Status;
import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.AllocationRecord;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a role is routed by context, step by step, and what is told of it. */
class ContextVerdictTest extends ContextFixture {
  @Test
  void theRuleGoesStepByStep() {
    assertThat(status(Snapshots.of(worker("off"), apart()))).isEqualTo(Status.OFF);
    assertThat(status(Snapshots.of(worker("auto"), Snapshots.evidence())))
        .isEqualTo(Status.UNSTABLE);
    assertThat(status(Snapshots.of(worker("auto"), alike()))).isEqualTo(Status.ALIKE);
    assertThat(status(Snapshots.of(worker("auto"), apart()))).isEqualTo(Status.IN_FORCE);
    assertThat(status(Snapshots.of(worker("on"), Snapshots.evidence()))).isEqualTo(Status.IN_FORCE);
  }

  /** Everything is harder there, and the same arm is right. */
  @Test
  void bucketsThatDifferInNothingThatPaysAreNotRoutedApart() {
    RoleEvidence harder =
        Snapshots.evidence(
            labelled(EASY, Snapshots.SMALL, 2_000, 1_960),
            labelled(EASY, Snapshots.FRONTIER, 2_000, 1_980),
            labelled(HARD, Snapshots.SMALL, 2_000, 1_880),
            labelled(HARD, Snapshots.FRONTIER, 2_000, 1_900));

    AllocationSnapshot snapshot = Snapshots.of(worker("auto"), harder);

    assertThat(status(snapshot)).isEqualTo(Status.NO_GAIN);
    assertThat(routes(snapshot, "hard").told().routedBy()).isEqualTo("role");
  }

  @Test
  void anArmThatWasResetOfLateWaits() {
    ArmEvidence small = labelled(EASY, Snapshots.SMALL, 0, 0);
    Evidence sums = Snapshots.labelled(Snapshots.SMALL, 300, 290).blocks().get(0).sums();
    List<ArmEvidence> arms = new ArrayList<>(apart().arms());
    arms.set(
        0,
        new ArmEvidence(
            EASY,
            Snapshots.SMALL,
            List.of(new BlockEvidence(0, 0, 1, sums), new BlockEvidence(1, 400, 0, sums)),
            small.latencyBins()));

    RoleEvidence early = new RoleEvidence(11, 1_000, 1, 1, arms);
    RoleEvidence later = new RoleEvidence(11, 1_093, 2, 1, arms);

    assertThat(early.callsSinceReset()).hasValue(600);
    assertThat(status(Snapshots.of(worker("auto"), early))).isEqualTo(Status.UNSTABLE);
    assertThat(status(Snapshots.of(worker("auto"), later))).isEqualTo(Status.IN_FORCE);
  }

  @Test
  void anArmThatWasResetAndNotUsedSinceIsTakenFromTheNextBlockOfTheRole() {
    Evidence sums = Snapshots.labelled(1, 10, 9).blocks().get(0).sums();
    RoleEvidence role =
        new RoleEvidence(
            11,
            3_000,
            1,
            3,
            List.of(
                new ArmEvidence(0, 1, List.of(new BlockEvidence(0, 0, 1, sums)), Map.of()),
                new ArmEvidence(
                    0,
                    2,
                    List.of(new BlockEvidence(0, 0, 0, sums), new BlockEvidence(2, 1_200, 0, sums)),
                    Map.of())));

    assertThat(role.callsSinceReset()).hasValue(1_800);
    assertThat(apart().callsSinceReset()).isEmpty();
  }

  // --- what is told

  @Test
  void theAnswerAndTheRecordTellBucketStatusAndFigures() {
    AllocationSnapshot snapshot = Snapshots.of(worker("auto"), apart());
    Decision decision = first(Reason.SAMPLED, snapshot, in("hard"));

    AllocationRecord record = Explanation.record(decision);

    assertThat(decision.routes().told())
        .isEqualTo(new RouteAnswer.Context(HARD, "bucket", "in_force"));
    assertThat(record.bucket()).isEqualTo(HARD);
    JsonNode context = record.explanation().path("context");
    assertThat(context.path("status").asText()).isEqualTo("in_force");
    assertThat(context.path("why").asText()).contains("pay");
    assertThat(context.path("log_bayes_factor").asDouble())
        .isGreaterThan(context.path("log_bayes_factor_needed").asDouble());
    assertThat(context.at("/predicted_gain/usd_per_call").asDouble()).isPositive();
    assertThat(context.at("/predicted_gain/usd_per_call_low").asDouble())
        .isLessThanOrEqualTo(context.at("/predicted_gain/usd_per_call_high").asDouble());
    assertThat(context.at("/bucket/holds").asText()).isEqualTo("collaboration=\"hard\"");
    assertThat(context.at("/bucket/routed_by").asText()).isEqualTo("bucket");
  }

  @Test
  void aRoleTellsAllItsBuckets() {
    JsonNode buckets =
        ContextExplanation.buckets(Snapshots.of(worker("auto"), apart()).routes("worker"));

    assertThat(buckets).hasSize(3);
    assertThat(buckets.at("/0/share").asDouble()).isCloseTo(.5, within(1e-9));
    assertThat(buckets.at("/0/candidates/0/allocation").asDouble()).isGreaterThan(.9);
    assertThat(buckets.at("/2/labels").asDouble()).isZero();
  }

  /** On by order is not on by evidence, and a predicted loss is not predicted to pay. */
  @Test
  void whatIsToldIsWhatTheRuleSaw() {
    RoleRoutes on = Snapshots.of(worker("on"), Snapshots.evidence()).routes("worker");
    JsonNode told = ContextExplanation.of(on.bySlot().get(0));

    assertThat(told.path("why").asText()).isEqualTo("the policy has it on");
    assertThat(told.path("buckets_split").asInt()).isZero();
    assertThat(told.at("/bucket/differs").asBoolean()).isFalse();
    assertThat(told.at("/bucket/routed_by").asText()).isEqualTo("bucket");
    assertThat(
            ContextExplanation.of(Snapshots.of(worker("auto"), apart()).routes("worker"))
                .path("why")
                .asText())
        .contains("predicted to pay");
  }
}
