package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.RoleEvidence;
import io.floorkeeper.posterior.RoleSpend;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A day may cost $10 and a run $1; the preset is the frontier, the mid arm is proven. */
class SpendCeilingsTest extends RouterFixture {
  private static final String CEILING = "ceiling: {spend_usd_per_day: 10, spend_usd_per_run: 1%s}";
  private static final long MIDNIGHT = Snapshots.NOW / RoleSpend.DAY_MILLIS * RoleSpend.DAY_MILLIS;
  private static final String RUN = "r-7";

  @Test
  void belowTheCeilingsNothingIsTold() {
    Decision decision = decide(preset("quality_first", "", day(9_999_999_999L)), Ask.worker());

    assertThat(decision.reason()).isEqualTo(Reason.PRESET);
    assertThat(decision.constraints()).isEmpty();
    assertThat(decision.ceiling()).isNull();
  }

  @Test
  void qualityFirstLowersAPresetOnlyAsFarAsTheFloorIsProven() {
    Decision decision = decide(preset("quality_first", "", day(10_000_000_000L)), Ask.worker());

    assertThat(tier(decision)).isEqualTo("mid");
    assertThat(decision.reason()).isEqualTo(Reason.LOWERED);
    assertThat(decision.constraints()).containsExactly("ceiling_day");
    assertThat(decision.propensity()).isEqualTo(1);
    assertThat(decision.id().has(DecisionId.NOT_DRAWN)).isTrue();
  }

  @Test
  void qualityFirstStaysWhereNothingCheaperIsProvenAndSaysSo() {
    AllocationSnapshot snapshot =
        Snapshots.spending(
            policy("learning: off", "quality_first", ""),
            day(10_000_000_000L),
            Snapshots.undecided());

    Decision decision = decide(snapshot, Ask.worker());

    assertThat(tier(decision)).isEqualTo("frontier");
    assertThat(decision.reason()).isEqualTo(Reason.PRESET);
    assertThat(decision.constraints()).containsExactly("ceiling_day", "floor_first");
  }

  @Test
  void qualityFirstLeavesALearningRoleItsMixture() {
    AllocationSnapshot snapshot = learning("quality_first", day(20_000_000_000L));

    Decision decision = decide(snapshot, Ask.worker());

    assertThat(decision.reason()).isEqualTo(Reason.SAMPLED);
    assertThat(decision.constraints()).containsExactly("ceiling_day", "floor_first");
    assertThat(decision.propensity())
        .isEqualTo(
            solution(snapshot, 0b111)
                .propensity(decision.allocation().positionOf(decision.candidate())));
  }

  @Test
  void costFirstTakesTheCheapestArmAndSaysThatTheFloorYields() {
    AllocationSnapshot snapshot = learning("cost_first", day(10_000_000_000L));

    for (int i = 0; i < 1_000; i++) {
      Decision decision = decide(snapshot, Ask.worker());
      assertThat(tier(decision)).isEqualTo("small");
      assertThat(decision.reason()).isEqualTo(Reason.LOWERED);
      assertThat(decision.constraints()).containsExactly("ceiling_day", "floor_yielded");
      assertThat(decision.propensity()).as("nothing was drawn").isEqualTo(1);
      assertThat(decision.id().has(DecisionId.NOT_DRAWN)).isTrue();
      assertThat(decision.id().has(DecisionId.HOLDOUT)).isFalse();
    }
  }

  @Test
  void withTheKillSwitchOnNoProofIsTrustedAndCostsStillComeFirst() {
    Decision kept =
        decide(
            preset("quality_first", "", day(10_000_000_000L)).withKillSwitch(true), Ask.worker());
    assertThat(tier(kept)).isEqualTo("frontier");
    assertThat(kept.constraints()).contains("ceiling_day", "floor_first");

    AllocationSnapshot costs = learning("cost_first", day(10_000_000_000L)).withKillSwitch(true);
    assertThat(tier(decide(costs, Ask.worker()))).isEqualTo("small");
    assertThat(decide(costs, Ask.worker()).propensity()).isEqualTo(1);
  }

  @Test
  void aRunAtItsCeilingIsLoweredAndOthersAreNot() {
    AllocationSnapshot snapshot = preset("cost_first", "", runs(1_000_000_000L));

    assertThat(tier(decide(snapshot, Ask.worker().run(RUN)))).isEqualTo("small");
    assertThat(tier(decide(snapshot, Ask.worker().run("r-8")))).isEqualTo("frontier");
    assertThat(tier(decide(snapshot, Ask.worker()))).isEqualTo("frontier");
    assertThat(decide(snapshot, Ask.worker().run(RUN)).constraints())
        .containsExactly("ceiling_run", "floor_yielded");
  }

  @Test
  void blockingNamesTheCeilingAndWhenItEnds() {
    long spent = 10_500_000_000L;
    AllocationSnapshot snapshot = preset("quality_first", ", action: block", day(spent));

    assertThatThrownBy(() -> decide(snapshot, Ask.worker()))
        .isInstanceOfSatisfying(
            Problem.CeilingReached.class,
            problem -> {
              assertThat(problem.status()).isEqualTo(429);
              assertThat(problem.code()).isEqualTo("ceiling_reached");
              assertThat(problem.getMessage())
                  .contains("10.5 USD", "10 USD", "worker", "T00:00:00Z");
              assertThat(problem.retryAfterSeconds() * 1_000)
                  .isCloseTo(MIDNIGHT + RoleSpend.DAY_MILLIS - Snapshots.NOW, within(1_000L));
            });
    AllocationSnapshot ofRun = preset("quality_first", ", action: block", runs(1_000_000_000L));
    assertThatThrownBy(() -> decide(ofRun, Ask.worker().run(RUN)))
        .isInstanceOfSatisfying(
            Problem.CeilingReached.class,
            problem -> {
              assertThat(problem.errors()).extracting(e -> e.field()).containsExactly("run_id");
              assertThat(problem.retryAfterSeconds()).isEqualTo(Problem.CeilingReached.NEVER);
            });
  }

  @Test
  void alertingChangesNothing() {
    Decision decision =
        decide(preset("cost_first", ", action: alert", day(10_000_000_000L)), Ask.worker());

    assertThat(tier(decision)).isEqualTo("frontier");
    assertThat(decision.reason()).isEqualTo(Reason.PRESET);
    assertThat(decision.constraints()).containsExactly("ceiling_day");
  }

  @Test
  void nothingLeavesAPinOrTheRequestsMinimumTier() {
    PolicyBook.Published pinned =
        Snapshots.published(
            "roles: {worker: {preset: frontier, learning: off, "
                + CEILING.formatted("")
                + "}}\nprecedence: cost_first\n"
                + "pins: [{name: phi, match: {data_class: phi}, models: [sonnet, opus]}]\ndata_classes: [public]");
    AllocationSnapshot snapshot =
        Snapshots.spending(pinned, day(99_000_000_000L), Snapshots.midIsProven());

    assertThat(tier(decide(snapshot, Ask.worker().dataClass("phi")))).isEqualTo("mid");
    assertThat(tier(decide(snapshot, Ask.worker().minTier("frontier")))).isEqualTo("frontier");
    assertThat(decide(snapshot, Ask.worker().minTier("frontier")).constraints())
        .containsExactly("min_tier", "ceiling_day");
  }

  @Test
  void yesterdaysSpendBindsNobodyAfterMidnight() {
    RoleSpend yesterday =
        new RoleSpend(MIDNIGHT - RoleSpend.DAY_MILLIS, 99_000_000_000L, 1, 0, 0, Map.of());

    assertThat(decide(preset("cost_first", ", action: block", yesterday), Ask.worker()).reason())
        .isEqualTo(Reason.PRESET);
  }

  @Test
  void whereNobodyKnowsTheSpendTheAnswerSaysSo() {
    PolicyBook.Published published = policy("learning: off", "cost_first", ", action: block");

    assertThat(decide(Snapshots.of(published), Ask.worker()).constraints())
        .containsExactly("spend_unknown");
  }

  @Test
  void aRoleWithoutAFloorHasNothingThatComesFirst() {
    PolicyBook.Published published =
        Snapshots.numbered(
            Snapshots.TIERS.replace("floor: {quality: 0.9}, ", "")
                + "roles: {worker: {strategy: fixed, preset: frontier, "
                + CEILING.formatted("")
                + "}}\n");

    Decision decision = decide(Snapshots.spending(published, day(10_000_000_000L)), Ask.worker());

    assertThat(tier(decision)).isEqualTo("small");
    assertThat(decision.constraints()).containsExactly("ceiling_day");
  }

  @Test
  void aDayThatPaysForTheFloorIsLeftAlone() {
    AllocationSnapshot rich = learning("cost_first", ahead(0, 10));
    AllocationSnapshot none = Snapshots.of(policy("", "cost_first", ""), Snapshots.midIsProven());

    assertThat(solution(rich, 0b111).propensities())
        .isEqualTo(solution(none, 0b111).propensities());
    assertThat(decide(rich, Ask.worker()).constraints()).isEmpty();
  }

  @Test
  void aDayThatDoesNotBuysTheBestItPaysFor() {
    // $10 for 2,000 tasks are $.005 each: between the small arm ($.003) and the mid one ($.009)
    AllocationSnapshot paced = learning("cost_first", ahead(0, 2_000));

    Decision decision = first(Reason.SAMPLED, paced, Ask.worker());

    assertThat(decision.constraints()).containsExactly("budget_day", "floor_yielded");
    assertThat(expectedUsd(paced)).isLessThan(.0051);
    assertThat(expectedUsd(paced)).isGreaterThan(.0045);
    assertThat(decision.propensity())
        .as("what was drawn from is what is told")
        .isEqualTo(
            solution(paced, 0b111)
                .propensity(decision.allocation().positionOf(decision.candidate())));
  }

  @Test
  void everySecondOfTheDayIsReckonedAnewAndOtherRolesAreLeftAlone() {
    PolicyBook.Published published = policy("", "cost_first", "");
    AllocationSnapshot before =
        Snapshots.spending(published, ahead(0, 2_000), Snapshots.midIsProven());
    AllocationBuilder builder = new AllocationBuilder((role, why) -> {});

    AllocationSnapshot after =
        builder.build(
            AllocationSnapshot.Source.LIVE,
            published,
            new io.floorkeeper.posterior.PosteriorSnapshot(
                Map.of(11, Snapshots.midIsProven()),
                Snapshots.NOW,
                Map.of(11, ahead(5_000_000_000L, 2_000))),
            Snapshots.KEYS,
            Map.of(),
            before);

    assertThat(expectedUsd(after)).isLessThan(expectedUsd(before));
  }

  /** Seed and false alarms as {@link RouterFixture} says. */
  @Test
  void aPoolThatGivesWayToItsProvenMemberIsLoggedWithThatChance() {
    String tiers =
        Snapshots.TIERS.replace(
            "      - name: opus\n",
            "      - name: opus-lite\n        provider: anthropic\n"
                + "        price: {input_usd_per_million: 12, output_usd_per_million: 60}\n"
                + "      - name: opus\n");
    PolicyBook.Published published =
        Snapshots.numbered(
            tiers
                + "roles: {worker: {preset: frontier, learning: off, "
                + CEILING.formatted("")
                + "}}\n");
    // The lighter of the two is proven, so is nothing cheaper: the other gives way to it.
    AllocationSnapshot snapshot =
        Snapshots.spending(
            published,
            day(10_000_000_000L),
            Snapshots.evidence(
                Snapshots.labelled(1, 400, 280),
                Snapshots.labelled(2, 400, 280),
                Snapshots.labelled(3, 400, 388)));

    for (int i = 0; i < 1_000; i++) {
      Decision decision = decide(snapshot, Ask.worker());
      assertThat(decision.arm().arm().model().name()).isEqualTo("opus-lite");
      assertThat(decision.propensity()).isEqualTo(1);
      assertThat(decision.reason())
          .isEqualTo(
              decision.ceiling().otherwise() == decision.candidate()
                  ? Reason.PRESET
                  : Reason.LOWERED);
    }
  }

  /** A cheap model that is full half the time: the ceiling takes what the draw has left. */
  @Test
  void behindAGateTheChanceOfTheGateIsLogged() {
    AllocationSnapshot snapshot =
        learning("cost_first", day(10_000_000_000L)).withGates(Map.of("worker", halfFull()));
    int small = 0;
    for (int i = 0; i < DRAWS; i++) {
      Decision decision = decide(snapshot, Ask.worker());
      assertThat(decision.reason()).isEqualTo(Reason.LOWERED);
      assertThat(decision.propensity()).isCloseTo(.5, within(1e-12));
      small += tier(decision).equals("small") ? 1 : 0;
      assertThat(tier(decision)).isIn("small", "mid");
    }
    assertThat(small / (double) DRAWS).isCloseTo(.5, within(.01));
  }

  @Test
  void theDecisionTellsWhatWasSpentAndWhatWouldHaveAnswered() throws Exception {
    Decision lowered =
        decide(preset("quality_first", "", day(10_250_000_000L)), Ask.worker().run(RUN));

    JsonNode told = new ObjectMapper().readTree(CeilingExplanation.of(lowered).toString());

    assertThat(told.path("precedence").asText()).isEqualTo("quality_first");
    assertThat(told.path("outcome").asText()).isEqualTo("lowered");
    assertThat(told.at("/reached/0").asText()).isEqualTo("day");
    assertThat(told.at("/day/limit_usd").asDouble()).isEqualTo(10);
    assertThat(told.at("/day/spent_usd").asDouble()).isEqualTo(10.25);
    assertThat(told.at("/otherwise/arm").asText()).isEqualTo("frontier/opus");
    assertThat(told.at("/otherwise/reason").asText()).isEqualTo("preset");
    assertThat(told.path("answers").asText()).isEqualTo("mid/sonnet");
  }

  private static RoleGates halfFull() {
    return RoleGates.of(
        policy("", "cost_first", "").policy().roles().get("worker"),
        new PoolState(
            Map.of("haiku", new PoolState.Standing(ArmHealth.WELL, 30, 0, 900, .5, 60, 1)), .05));
  }

  private static AllocationSnapshot preset(String precedence, String more, RoleSpend spend) {
    return Snapshots.spending(
        policy("learning: off", precedence, more), spend, Snapshots.midIsProven());
  }

  private static AllocationSnapshot learning(String precedence, RoleSpend spend) {
    RoleEvidence evidence = Snapshots.midIsProven();
    return Snapshots.spending(policy("", precedence, ""), spend, evidence);
  }

  private static PolicyBook.Published policy(String learning, String precedence, String more) {
    return Snapshots.published(
        "roles: {worker: {preset: frontier, "
            + (learning.isEmpty() ? "" : learning + ", ")
            + CEILING.formatted(more)
            + "}}\nprecedence: "
            + precedence);
  }

  private static RoleSpend day(long nanoUsd) {
    return new RoleSpend(MIDNIGHT, nanoUsd, 100, 2, 500, Map.of());
  }

  private static RoleSpend ahead(long nanoUsd, double tasks) {
    return new RoleSpend(MIDNIGHT, nanoUsd, 100, 2, tasks, Map.of());
  }

  private static RoleSpend runs(long nanoUsd) {
    return new RoleSpend(MIDNIGHT, 0, 100, 0, 0, Map.of(RUN, nanoUsd));
  }

  private static double expectedUsd(AllocationSnapshot snapshot) {
    RoleRoutes routes = snapshot.routes("worker");
    double usd = 0;
    for (int k = 0; k < 3; k++) {
      usd +=
          routes.allocation(0b111).solution().propensity(k)
              * routes.arms().get(k).belief().cost().meanUsd();
    }
    return usd;
  }

  private static String tier(Decision decision) {
    return decision.arm().arm().tier();
  }
}
