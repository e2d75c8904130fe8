package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.posterior.RoleSpend;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a climb may not leave. At the tokens of a role: small $.003, mid $.009, frontier $.045. */
class ClimbLimitsTest extends EscalatorFixture {
  private static final String PHI =
      """
      data_classes: [public]
      pins: [{name: home, match: {data_class: phi}, models: [haiku, opus]}]
      """;
  private static final String TAGGED =
      """
      data_classes: [public]
      pins: [{name: eu, match: {tags: {region: eu}}, models: [haiku, opus]}]
      """;

  @Test
  void aClassThatIsNotRepeatedIsTheStrictest() {
    AllocationSnapshot snapshot = worker("", PHI);
    String free = decide(snapshot, Ask.worker()).decisionId();

    Escalation silent = escalate(snapshot, failed(free, "schema", null, null, Map.of()));
    Escalation said = escalate(snapshot, failed(free, "schema", null, Ask.FREE, Map.of()));

    assertThat(model(silent)).isEqualTo("opus");
    assertThat(silent.constraints())
        .containsExactly("pin:home", "strictest_data_class", "skipped:mid");
    assertThat(model(said)).isEqualTo("sonnet");
  }

  @Test
  void tagsThatAreNotRepeatedAreThoseOfEveryPin() {
    AllocationSnapshot snapshot = worker("", TAGGED);
    String free = decide(snapshot, Ask.worker()).decisionId();
    String pinned = decide(snapshot, Ask.worker().tags(Map.of("region", "eu"))).decisionId();

    Escalation ofFree = escalate(snapshot, failed(free, "schema", null, Ask.FREE, null));
    Escalation ofPinned = escalate(snapshot, failed(pinned, "schema", null, Ask.FREE, null));

    assertThat(model(escalate(snapshot, failed(free, "schema", null, Ask.FREE, Map.of()))))
        .as("it says that there are none")
        .isEqualTo("sonnet");
    assertThat(model(ofFree)).as("silence opens nothing").isEqualTo("opus");
    assertThat(model(ofPinned)).isEqualTo("opus");
    assertThat(ofPinned.constraints()).containsExactly("unrepeated_tags", "skipped:mid");
  }

  @Test
  void underAnotherPolicyAnUnpinnedDecisionProvesNothing() {
    AllocationSnapshot before = worker("", "data_classes: [public]");
    String free = decide(before, Ask.worker()).decisionId();
    AllocationSnapshot after =
        Snapshots.of(version(worker("", TAGGED).published(), Snapshots.VERSION + 1));

    Escalation silent = escalate(after, failed(free, "schema", null, Ask.FREE, null));

    assertThat(model(silent)).isEqualTo("opus");
    assertThat(silent.constraints())
        .containsExactly("unrepeated_tags", "policy_changed", "skipped:mid");
  }

  @Test
  void theBodyDoesNotLoosenWhatTheDecisionHad() {
    // Given: the decision was pinned, and its id says so
    AllocationSnapshot snapshot = worker("", PHI);
    Decision pinned = decide(snapshot, Ask.worker().dataClass("phi"));
    assertThat(pinned.id().has(DecisionId.PINNED)).isTrue();

    // When: the escalation claims another class
    Escalation loosened =
        escalate(snapshot, failed(pinned.decisionId(), "schema", null, Ask.FREE, Map.of()));

    assertThat(model(loosened)).isEqualTo("opus");
    assertThat(loosened.constraints()).containsExactly("pins_of_decision", "skipped:mid");
  }

  @Test
  void aPinThatNarrowedAContinuationBindsWhatClimbsFromIt() {
    AllocationSnapshot snapshot = legal();
    String root = decide(snapshot, Ask.worker().dataClass("phi").tags(Map.of())).decisionId();
    Decision sticky =
        decide(
            snapshot, Ask.worker().dataClass("phi").tags(Map.of("team", "legal")).continuing(root));
    assertThat(sticky.constraints()).contains("pin:phi-legal");

    Escalation direct = escalate(snapshot, failed(sticky.decisionId(), "x", null, "phi", Map.of()));
    Escalation repeated =
        escalate(snapshot, failed(sticky.decisionId(), "x", null, "phi", Map.of("team", "legal")));
    Escalation further =
        escalate(snapshot, failed(repeated.decisionId(), "x", null, "phi", Map.of()));
    Escalation silent = escalate(snapshot, failed(repeated.decisionId(), "x", null, "phi", null));

    assertThat(model(direct)).isEqualTo("m1");
    assertThat(direct.constraints()).contains("pins_of_decision");
    assertThat(model(repeated)).isEqualTo("m1");
    assertThat(further.outcome()).isEqualTo(Escalation.Outcome.EXHAUSTED);
    assertThat(further.constraints()).contains("pins_of_decision");
    assertThat(silent.outcome()).isEqualTo(Escalation.Outcome.EXHAUSTED);
  }

  @Test
  void aPinThatNarrowedAClimbBindsTheNextOne() {
    AllocationSnapshot snapshot = legal();
    Decision root = decide(snapshot, Ask.worker().tags(Map.of()));
    assertThat(root.id().has(DecisionId.PINNED)).isFalse();

    Escalation narrowed =
        escalate(snapshot, failed(root.decisionId(), "x", null, "phi", Map.of("team", "legal")));
    Escalation further =
        escalate(snapshot, failed(narrowed.decisionId(), "x", null, Ask.FREE, Map.of()));

    assertThat(narrowed.id().has(DecisionId.PINNED)).isTrue();
    assertThat(model(narrowed)).isEqualTo("m1");
    assertThat(further.reason()).isEqualTo("no_eligible_rung");
  }

  @Test
  void whatIsRepeatedClimbsWithinItsPinAndNotWithinThatOfOthers() {
    AllocationSnapshot snapshot = legal();
    String root = decide(snapshot, Ask.worker().dataClass("phi").tags(Map.of())).decisionId();

    Escalation one = escalate(snapshot, failed(root, "x", null, "phi", Map.of()));
    Escalation two = escalate(snapshot, failed(one.decisionId(), "x", null, "phi", Map.of()));

    assertThat(model(one)).isEqualTo("m1");
    assertThat(model(two)).as("phi-legal closes f1 and never bound it").isEqualTo("f1");
    assertThat(two.constraints()).containsExactly("pin:phi");
  }

  @Test
  void anotherPinThatBindsWhatIsSaidNowDoesNotTakeThePlaceOfTheDecisions() {
    AllocationSnapshot snapshot =
        three(
            """
            pins:
              - {name: smallonly, match: {tags: {cheap: 'yes'}}, models: [s1, s2]}
              - {name: phi, match: {data_class: phi}, models: [m1, f1]}
            """);
    String root = decide(snapshot, Ask.worker().tags(Map.of("cheap", "yes"))).decisionId();

    Escalation other = escalate(snapshot, failed(root, "x", null, "phi", Map.of()));

    assertThat(other.reason()).isEqualTo("no_eligible_rung");
    assertThat(other.constraints()).containsExactly("pin:phi", "pins_of_decision");
  }

  private static AllocationSnapshot legal() {
    return three(
        """
        pins:
          - {name: phi, match: {data_class: phi}, models: [s1, m1, f1]}
          - {name: phi-legal, match: {data_class: phi, tags: {team: legal}}, models: [s1, m1]}
        """);
  }

  private static AllocationSnapshot three(String rest) {
    return Snapshots.of(
        Snapshots.numbered(
            """
            tiers:
              - {name: small, models: [{name: s1, provider: p}, {name: s2, provider: p}]}
              - {name: mid, models: [{name: m1, provider: p}, {name: m2, provider: p}]}
              - {name: frontier, models: [{name: f1, provider: p}]}
            roles:
              worker:
                {strategy: fixed, preset: small, escalation: [mid, frontier], floor: {quality: .9}}
            data_classes: [public]
            """
                + rest));
  }

  @Test
  void norDoesItGetRidOfARecordThatHasToBeSafeFirst() {
    AllocationSnapshot snapshot = worker("", PHI.replace("models:", "audit: required, models:"));
    String pinned = decide(snapshot, Ask.worker().dataClass("phi")).decisionId();
    String free = decide(snapshot, Ask.worker()).decisionId();

    assertThat(
            escalate(snapshot, failed(pinned, "schema", null, Ask.FREE, Map.of())).recordedFirst())
        .isTrue();
    assertThat(escalate(snapshot, failed(free, "schema", null, Ask.FREE, Map.of())).recordedFirst())
        .isFalse();
  }

  @Test
  void aPinnedDecisionByItsTagsStaysPinnedWithoutThem() {
    AllocationSnapshot snapshot = worker("", TAGGED);
    Decision pinned = decide(snapshot, Ask.worker().tags(Map.of("region", "eu")));

    Escalation loosened =
        escalate(snapshot, failed(pinned.decisionId(), "schema", null, Ask.FREE, Map.of()));

    assertThat(model(loosened)).isEqualTo("opus");
  }

  @Test
  void whereAPinLeavesNoRungTheTaskIsExhausted() {
    AllocationSnapshot snapshot =
        worker(
            "",
            """
            data_classes: [public]
            pins: [{name: home, match: {data_class: phi}, models: [haiku]}]
            """);
    String first = decide(snapshot, Ask.worker().dataClass("phi")).decisionId();

    Escalation escalation = escalate(snapshot, failed(first, "schema", null, "phi", Map.of()));

    assertThat(escalation.reason()).isEqualTo("no_eligible_rung");
    assertThat(model(escalation)).isEqualTo("haiku");
  }

  @Test
  void whatTheRequestAllowsIsKept() {
    AllocationSnapshot snapshot = worker("", "data_classes: [public]");
    String first = decide(snapshot, Ask.worker()).decisionId();

    Escalation cheap = escalate(snapshot, failedWithin(first, null, .02, null));
    Escalation cheaper = escalate(snapshot, failedWithin(first, null, .005, null));
    Escalation strong = escalate(snapshot, failedWithin(first, "frontier", null, null));

    assertThat(model(cheap)).isEqualTo("sonnet");
    assertThat(cheap.above()).as("frontier costs more than is allowed").isEmpty();
    assertThat(cheaper.reason()).isEqualTo("no_eligible_rung");
    assertThat(cheaper.constraints()).containsExactly("ceiling");
    assertThat(model(strong)).isEqualTo("opus");
    assertThat(strong.constraints()).containsExactly("min_tier", "skipped:mid");
  }

  @Test
  void underQualityFirstTheRolesCeilingDoesNotBlockAClimbAndIsTold() {
    String ceiling = ", ceiling: {cost_usd_per_call: .005}";
    AllocationSnapshot quality =
        worker(ceiling, "data_classes: [public]\nprecedence: quality_first");
    AllocationSnapshot cost = worker(ceiling, "data_classes: [public]\nprecedence: cost_first");
    String first = decide(quality, Ask.worker()).decisionId();

    Escalation climbed = escalate(quality, failed(first, "schema"));
    Escalation barred = escalate(cost, failed(first, "schema"));

    assertThat(model(climbed)).isEqualTo("sonnet");
    assertThat(climbed.constraints()).containsExactly("cost_ceiling_passed");
    assertThat(barred.reason()).isEqualTo("no_eligible_rung");
    assertThat(barred.constraints()).containsExactly("ceiling");
  }

  @Test
  void whatTheDayMayCostBarsAClimbWhereCostsComeFirstOnly() {
    Escalation climbed = spent("quality_first", "lower");
    Escalation barred = spent("cost_first", "lower");
    Escalation alerted = spent("cost_first", "alert");

    assertThat(model(climbed)).isEqualTo("sonnet");
    assertThat(climbed.constraints()).containsExactly("ceiling_day");
    assertThat(barred.reason()).isEqualTo("no_eligible_rung");
    assertThat(barred.constraints()).containsExactly("ceiling_day");
    assertThat(model(alerted)).isEqualTo("sonnet");
  }

  /** A check that fails in a day that has cost all that it may. */
  private Escalation spent(String precedence, String action) {
    AllocationSnapshot before =
        worker(
            ", ceiling: {spend_usd_per_day: 10, action: " + action + "}",
            "data_classes: [public]\nprecedence: " + precedence);
    String first = decide(before, Ask.worker()).decisionId();
    RoleSpend day =
        new RoleSpend(
            Snapshots.NOW / RoleSpend.DAY_MILLIS * RoleSpend.DAY_MILLIS,
            10_000_000_000L,
            100,
            0,
            500,
            Map.of());
    return escalate(
        Snapshots.spending(before.published(), day, Snapshots.undecided()),
        failed(first, "schema"));
  }

  @Test
  void anIllModelIsPassedOverAndClimbedToWhereThereIsNoOther() {
    AllocationSnapshot snapshot = worker("", "data_classes: [public]");
    String first = decide(snapshot, Ask.worker()).decisionId();

    Escalation over = escalate(ill(snapshot, "sonnet"), failed(first, "schema"));
    Escalation bent = escalate(ill(snapshot, "sonnet", "opus"), failed(first, "schema"));

    assertThat(model(over)).isEqualTo("opus");
    assertThat(over.constraints()).containsExactly("health", "skipped:mid");
    assertThat(model(bent)).isEqualTo("sonnet");
    assertThat(bent.constraints()).containsExactly("health", "health_unmet");
  }

  private static AllocationSnapshot ill(AllocationSnapshot snapshot, String... models) {
    Map<String, PoolState.Standing> standings = new HashMap<>();
    for (String model : models) {
      standings.put(
          model,
          new PoolState.Standing(
              new ArmHealth(ArmHealth.State.OPEN, Snapshots.NOW), 30, 20, 900, 1, 30, Double.NaN));
    }
    return snapshot.withGates(
        RoleGates.of(snapshot.published().policy().roles().values(), new PoolState(standings, .1)));
  }
}
