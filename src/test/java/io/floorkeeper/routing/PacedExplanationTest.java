package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.posterior.RoleEvidence;
import io.floorkeeper.posterior.RoleSpend;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * An allocation that moves with what is left of a day is explained as it was when it decided, and
 * not as the first of its epoch: the log keeps one explanation for each key.
 */
class PacedExplanationTest extends RouterFixture {
  private static final PolicyBook.Published POLICY =
      Snapshots.published(
          "roles: {worker: {preset: frontier, ceiling: {spend_usd_per_day: 20}}}\n"
              + "precedence: cost_first");
  private static final RoleEvidence EVIDENCE = Snapshots.midIsProven();
  private static final long MIDNIGHT = Snapshots.NOW / RoleSpend.DAY_MILLIS * RoleSpend.DAY_MILLIS;

  private final AllocationBuilder builder = new AllocationBuilder((role, why) -> {});

  @Test
  void whatIsToldIsWhatIsExplainedThroughoutAnEpoch() throws Exception {
    // Given: no new evidence, and a day that fills
    Map<String, JsonNode> kept = new HashMap<>(); // "on conflict do nothing"
    Set<Double> told = new HashSet<>();
    AllocationSnapshot snapshot = null;
    for (int second = 0; second < 600; second++) {
      snapshot = at(2_000 + 7 * second, snapshot);
      // When
      Decision decision = decide(snapshot, Ask.worker());
      kept.putIfAbsent(
          LogRecords.allocationKey(decision), Explanation.record(decision).explanation());
      // Then
      JsonNode explained = kept.get(LogRecords.allocationKey(decision));
      assertThat(decision.id().epoch()).isEqualTo(Snapshots.EPOCH);
      assertThat(
              explained.path("candidates").path(decision.candidate()).path("propensity").asDouble())
          .isEqualTo(decision.propensity());
      assertThat(explained.path("budget_usd_per_task").asDouble())
          .isEqualTo(decision.ceiling().budgetUsdPerTask());
      assertThat(LogRecords.decision(entry(decision), REPLICA).pace())
          .isEqualTo(Explanation.record(decision).pace())
          .isNotZero();
      told.add(decision.propensity());
    }
    assertThat(told).as("it did move").hasSizeGreaterThan(20);
    assertThat(kept).as("a step is one hundredth").hasSizeLessThan(130);
  }

  @Test
  void withinAStepTheAllocationIsKept() {
    AllocationSnapshot before = at(2_000, null);

    assertThat(at(2_001, before).routes("worker")).isSameAs(before.routes("worker"));
    assertThat(at(2_040, before).routes("worker")).isNotSameAs(before.routes("worker"));
  }

  @Test
  void replicasAtOneEpochAndPaceAnswerAlikeWhateverTheyWereBefore() {
    AllocationSnapshot one = at(3_000, at(2_000, null));
    AllocationSnapshot other = at(3_001, at(9_000, null));

    assertThat(other.routes("worker").pace()).isEqualTo(one.routes("worker").pace());
    assertThat(solution(other, 0b111).propensities())
        .isEqualTo(solution(one, 0b111).propensities());
  }

  @Test
  void otherwiseIsWhatWouldHaveAnsweredWithoutTheBudget() throws Exception {
    Decision paced = decide(at(2_000, null), Ask.worker());
    AllocationSnapshot free = Snapshots.of(Snapshots.worker("{preset: frontier}"), EVIDENCE);

    JsonNode otherwise =
        new ObjectMapper()
            .readTree(CeilingExplanation.of(paced).toString())
            .at("/otherwise/propensities");

    double[] unpaced = solution(free, 0b111).propensities();
    assertThat(otherwise.path("small/haiku").asDouble()).isEqualTo(unpaced[0]);
    assertThat(otherwise.path("mid/sonnet").asDouble()).isEqualTo(unpaced[1]);
    assertThat(otherwise.path("frontier/opus").asDouble()).isEqualTo(unpaced[2]);
    assertThat(paced.allocation().solution().propensity(1)).isNotEqualTo(unpaced[1]);
  }

  private AllocationSnapshot at(double tasksAhead, AllocationSnapshot before) {
    return builder.build(
        AllocationSnapshot.Source.LIVE,
        POLICY,
        new PosteriorSnapshot(
            Map.of(11, EVIDENCE),
            Snapshots.NOW,
            Map.of(11, new RoleSpend(MIDNIGHT, 10_000_000_000L, 100, 0, tasksAhead, Map.of()))),
        Snapshots.KEYS,
        Map.of(),
        before);
  }

  private static DecisionLog.Entry entry(Decision decision) {
    return new DecisionLog.Entry(Ask.worker().request(), Caller.LOCAL, decision, 0, null, null);
  }
}
