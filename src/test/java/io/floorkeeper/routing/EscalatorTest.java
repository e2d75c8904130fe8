package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.PolicyBook;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A failed check and what it leads to. */
class EscalatorTest extends EscalatorFixture {

  // --- the ladder

  @Test
  void aFailedCheckClimbsOneRungOfTheSameEpisode() {
    AllocationSnapshot snapshot = ladder();
    Decision root = decide(snapshot, Ask.worker());

    Escalation escalation = escalate(snapshot, failed(root.decisionId(), "schema"));

    assertThat(escalation.outcome()).isEqualTo(Escalation.Outcome.ESCALATED);
    assertThat(model(escalation)).isEqualTo("sonnet");
    assertThat(escalation.id().rung()).isEqualTo(1);
    assertThat(escalation.id().root()).isEqualTo(root.id().root());
    assertThat(escalation.id().flags()).isEqualTo(root.id().flags());
    assertThat(escalation.above()).containsExactly("frontier");
    assertThat(escalation.climbed().reason()).isEqualTo(Reason.ESCALATED);
    assertThat(escalation.constraints()).isEmpty();
  }

  @Test
  void whoeverAsksTwiceGetsTheSameId() {
    AllocationSnapshot snapshot = ladder();
    Decision root = decide(snapshot, Ask.worker());
    Decision continued = decide(snapshot, Ask.worker().continuing(root.decisionId()));

    Escalation once = escalate(snapshot, failed(root.decisionId(), "schema"));
    Escalation twice = escalate(snapshot, failed(root.decisionId(), "schema"));
    Escalation ofContinuation = escalate(snapshot, failed(continued.decisionId(), "schema"));

    assertThat(twice.decisionId()).isEqualTo(once.decisionId());
    assertThat(ofContinuation.decisionId()).isEqualTo(once.decisionId());
  }

  @Test
  void atTheLaddersEndTheAnswerStands() {
    AllocationSnapshot snapshot = ladder();
    String first = decide(snapshot, Ask.worker()).decisionId();
    String second = escalate(snapshot, failed(first, "schema")).decisionId();
    String third = escalate(snapshot, failed(second, "schema")).decisionId();

    Escalation end = escalate(snapshot, failed(third, "schema"));

    assertThat(end.outcome()).isEqualTo(Escalation.Outcome.EXHAUSTED);
    assertThat(end.reason()).isEqualTo("ladder_end");
    assertThat(end.decisionId()).isEqualTo(third);
    assertThat(model(end)).isEqualTo("opus");
    assertThat(end.above()).isEmpty();
    assertThat(end.climbed()).isNull();
    assertThat(end.advice()).contains("stands");
  }

  @Test
  void aTaskClimbsNoMoreRungsThanThePolicyAllows() {
    AllocationSnapshot snapshot = worker(", max_escalations: 1", "data_classes: [public]");
    String first = decide(snapshot, Ask.worker()).decisionId();

    Escalation one = escalate(snapshot, failed(first, "schema"));
    Escalation two = escalate(snapshot, failed(one.decisionId(), "schema"));

    assertThat(one.outcome()).isEqualTo(Escalation.Outcome.ESCALATED);
    assertThat(one.above()).isEmpty();
    assertThat(two.reason()).isEqualTo("max_escalations");
  }

  @Test
  void aRungThatWasPassedOverIsNoStep() {
    // Given: mid is closed to phi, and one step is allowed
    AllocationSnapshot snapshot =
        worker(
            ", max_escalations: 1",
            "pins: [{name: p, match: {data_class: phi}, models: [haiku, opus]}]");
    String first = decide(snapshot, Ask.worker().dataClass("phi")).decisionId();

    Escalation one = escalate(snapshot, failed(first, "schema", null, "phi", Map.of()));

    assertThat(model(one)).isEqualTo("opus");
    assertThat(one.id().rung()).isEqualTo(2);
    assertThat(one.constraints()).containsExactly("pin:p", "skipped:mid");
  }

  @Test
  void aTierIsClimbedOnceByTheFirstOfItsModelsThatIsOpen() {
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.numbered(
                """
                tiers:
                  - {name: small, models: [{name: s, provider: p}]}
                  - {name: mid, models: [{name: m1, provider: p}, {name: m2, provider: p}]}
                  - {name: top, models: [{name: t, provider: p}]}
                roles: {worker: {strategy: fixed, preset: small, floor: {quality: .9}}}
                data_classes: [public]
                pins: [{name: here, match: {data_class: phi}, models: [s, m2, t]}]
                """));
    String free = decide(snapshot, Ask.worker()).decisionId();
    String pinned = decide(snapshot, Ask.worker().dataClass("phi")).decisionId();

    Escalation one = escalate(snapshot, failed(free, "schema"));
    Escalation two = escalate(snapshot, failed(one.decisionId(), "schema"));
    Escalation other = escalate(snapshot, failed(pinned, "schema", null, "phi", Map.of()));

    assertThat(model(one)).isEqualTo("m1");
    assertThat(model(two)).isEqualTo("t");
    assertThat(model(other)).isEqualTo("m2");
    assertThat(other.constraints()).containsExactly("pin:here");
    assertThat(other.above()).containsExactly("top");
  }

  @Test
  void aContinuationOfAnEscalatedTaskKeepsItsRung() {
    AllocationSnapshot snapshot = ladder();
    String first = decide(snapshot, Ask.worker()).decisionId();
    Escalation escalation = escalate(snapshot, failed(first, "schema"));

    Decision continued = decide(snapshot, Ask.worker().continuing(escalation.decisionId()));

    assertThat(continued.reason()).isEqualTo(Reason.STICKY);
    assertThat(continued.arm().arm().model().name()).isEqualTo("sonnet");
    assertThat(continued.id().rung()).isEqualTo(1);
    assertThat(continued.id().root()).isEqualTo(escalation.id().root());
  }

  @Test
  void theKillSwitchDoesNotCloseTheLadder() {
    AllocationSnapshot stopped = ladder().withKillSwitch(true);
    String first = decide(stopped, Ask.worker()).decisionId();

    Escalation escalation = escalate(stopped, failed(first, "schema"));
    Decision continued = decide(stopped, Ask.worker().continuing(escalation.decisionId()));

    assertThat(model(escalation)).isEqualTo("sonnet");
    assertThat(continued.reason()).isEqualTo(Reason.STICKY);
    assertThat(continued.arm().arm().model().name()).isEqualTo("sonnet");
  }

  // --- checks

  @Test
  void aCheckThatTheRoleDoesNotHaveIsRefusedWithThoseItHas() {
    AllocationSnapshot snapshot = ladder();
    String first = decide(snapshot, Ask.worker()).decisionId();

    assertUnprocessable(
        snapshot, failed(first, "shcema"), "unknown_check", "known: schema, sure, complete");
  }

  @Test
  void aConfidenceThatMeetsThePolicysHasNotFailed() {
    AllocationSnapshot snapshot = ladder();
    String first = decide(snapshot, Ask.worker()).decisionId();

    Escalation met = escalate(snapshot, failed(first, "sure", confidence(.8), Ask.FREE, Map.of()));
    Escalation below =
        escalate(snapshot, failed(first, "sure", confidence(.79), Ask.FREE, Map.of()));

    assertThat(met.outcome()).isEqualTo(Escalation.Outcome.PASSED);
    assertThat(met.reason()).isEqualTo("confidence_met");
    assertThat(met.decisionId()).isEqualTo(first);
    assertThat(model(met)).isEqualTo("haiku");
    assertThat(met.climbed()).isNull();
    assertThat(below.outcome()).isEqualTo(Escalation.Outcome.ESCALATED);
  }

  @Test
  void fieldsThatAreMissingAreFieldsThatTheCheckWants() {
    AllocationSnapshot snapshot = ladder();
    String first = decide(snapshot, Ask.worker()).decisionId();

    Escalation lacking =
        escalate(snapshot, failed(first, "complete", missing("due date"), Ask.FREE, Map.of()));
    Escalation nothing =
        escalate(snapshot, failed(first, "complete", missing(), Ask.FREE, Map.of()));

    assertThat(lacking.outcome()).isEqualTo(Escalation.Outcome.ESCALATED);
    assertThat(nothing.reason()).isEqualTo("nothing_missing");
    assertUnprocessable(
        snapshot,
        failed(first, "complete", missing("iban", "bic"), Ask.FREE, Map.of()),
        "unknown_required_field",
        "detail.missing[1]: is no field that check 'complete' wants; known: iban, due date");
  }

  @Test
  void aMeasuredCheckNeedsItsMeasure() {
    AllocationSnapshot snapshot = ladder();
    String first = decide(snapshot, Ask.worker()).decisionId();

    assertBad(snapshot, failed(first, "sure"), "missing_field", "detail.confidence");
    assertBad(snapshot, failed(first, "complete"), "missing_field", "detail.missing");
  }

  @Test
  void nothingThatCouldHoldAPromptIsTaken() {
    AllocationSnapshot snapshot = ladder();
    String first = decide(snapshot, Ask.worker()).decisionId();
    String critic = decide(snapshot, Ask.role("critic")).decisionId();
    String prose = "The patient says that";

    assertBad(snapshot, detailed(first, null, prose), "invalid_value", "detail.error_code");
    assertBad(
        snapshot, detailed(first, List.of(prose), "E1"), "invalid_value", "detail.missing[0]");
    assertBad(snapshot, failed(critic, prose), "invalid_value", "check");
    assertBad(
        snapshot,
        failed(first, "sure", confidence(Double.NaN), Ask.FREE, Map.of()),
        "invalid_value",
        "detail.confidence");
    assertBad(
        snapshot,
        failed(first, "sure", confidence(1.01), Ask.FREE, Map.of()),
        "invalid_value",
        "detail.confidence");
    assertThat(escalate(snapshot, failed(critic, "house-style.v2")).outcome())
        .as("a role that names no checks takes any word")
        .isEqualTo(Escalation.Outcome.ESCALATED);
  }

  // --- ids

  @Test
  void anIdThatIsNoneIsRefusedByName() {
    AllocationSnapshot snapshot = ladder();
    String own = decide(snapshot, Ask.worker()).decisionId();
    String forged = own.substring(0, 20) + (own.charAt(20) == 'A' ? 'B' : 'A') + own.substring(21);

    assertBad(snapshot, failed(forged, "schema"), "invalid_decision_id", "decision_id");
    assertBad(snapshot, failed("d-1", "schema"), "invalid_decision_id", "decision_id");
    assertBad(snapshot, failed(" ", "schema"), "missing_field", "decision_id");
    assertBad(snapshot, failed(own, null), "missing_field", "check");
  }

  @Test
  void anIdThatHasExpiredClimbsNowhere() {
    AllocationSnapshot snapshot = ladder();
    Decision root = decide(snapshot, Ask.worker());
    EscalateRequest request = failed(root.decisionId(), "schema");
    long last = root.decidedAtMillis() + ID_LIFE_MILLIS;

    assertThat(escalator.escalate(request, Caller.LOCAL, snapshot, last).outcome())
        .isEqualTo(Escalation.Outcome.ESCALATED);
    assertThatThrownBy(() -> escalator.escalate(request, Caller.LOCAL, snapshot, last + 1))
        .isInstanceOfSatisfying(
            Problem.Unprocessable.class,
            p -> assertThat(p.code()).isEqualTo("expired_decision_id"));
  }

  @Test
  void aDecisionOfAnotherTenantOrRoleIsRefused() {
    // An operator's key is bound to no tenant, and still not to this one: pins match the caller's
    AllocationSnapshot snapshot = ladder();
    String first = decide(snapshot, Ask.worker()).decisionId();
    Caller stranger = new Caller("k", 4, "clinic", true, EnumSet.of(Caller.Scope.ROUTE), Ask.FREE);

    assertThatThrownBy(
            () -> escalator.escalate(failed(first, "schema"), stranger, snapshot, Snapshots.NOW))
        .isInstanceOfSatisfying(
            Problem.BadRequest.class, p -> assertThat(p.code()).isEqualTo("wrong_tenant"));
    assertBad(
        snapshot,
        new EscalateRequest(
            first, "schema", null, "critic", null, null, null, null, Ask.FREE, Map.of(), null, null,
            null, null),
        "wrong_role",
        "role");
  }

  @Test
  void aDecisionFromBeforeTheNumbersSaysNotFromWhereItWouldClimb() {
    PolicyBook.Published published = Snapshots.unnumbered(Snapshots.published(LADDER));
    AllocationSnapshot unreached = underKeys(published, Snapshots.keys(DecisionId.UNSTORED_KEY));
    String first = decide(unreached, Ask.worker()).decisionId();

    assertUnprocessable(unreached, failed(first, "schema"), "unstored_decision", "min_tier");
    assertUnprocessable(ladder(), failed(first, "schema"), "unstored_decision", "min_tier");
  }

  // --- a policy that changed in between

  @Test
  void aTaskWhoseModelMovedUpIsNotGivenItAgain() {
    // Given: haiku started it from the small tier; now haiku is the frontier's only model
    String before =
        """
        tiers:
          - {name: small, models: [{name: haiku, provider: p}]}
          - {name: frontier, models: [{name: opus, provider: p}]}
        roles: {worker: {strategy: fixed, preset: small, floor: {quality: .9}}}
        """;
    AllocationSnapshot then = Snapshots.of(Snapshots.numbered(before));
    String first = decide(then, Ask.worker()).decisionId();
    PolicyBook.Published now =
        Snapshots.numbered(before.replace("haiku", "former").replace("opus", "haiku"));
    AllocationSnapshot moved =
        Snapshots.of(
            new PolicyBook.Published(
                Snapshots.VERSION + 1,
                now.policy(),
                then.published().numbers(),
                now.document(),
                now.source()));

    Escalation escalation = escalate(moved, failed(first, "schema"));

    assertThat(escalation.reason()).isEqualTo("same_model");
    assertThat(escalation.constraints()).contains("policy_changed");
  }

  void assertBad(AllocationSnapshot snapshot, EscalateRequest request, String code, String field) {
    assertThatThrownBy(() -> escalate(snapshot, request))
        .isInstanceOfSatisfying(
            Problem.BadRequest.class,
            p -> {
              assertThat(p.code()).isEqualTo(code);
              assertThat(p.errors()).extracting(e -> e.field()).containsExactly(field);
            });
  }

  void assertUnprocessable(
      AllocationSnapshot snapshot, EscalateRequest request, String code, String words) {
    assertThatThrownBy(() -> escalate(snapshot, request))
        .isInstanceOfSatisfying(
            Problem.Unprocessable.class, p -> assertThat(p.code()).isEqualTo(code))
        .hasMessageContaining(words);
  }

  private static EscalateRequest detailed(String id, List<String> missing, String errorCode) {
    return failed(
        id, "schema", new EscalateRequest.Detail(null, missing, errorCode), Ask.FREE, Map.of());
  }
}
