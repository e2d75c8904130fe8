package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.PolicyBook;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A task keeps its arm and its root while it may. */
class RouterContinuationTest extends RouterFixture {
  // --- continuations

  @Test
  void aContinuationKeepsTheArmAndRootOfItsTask() {
    // Given: between the calls of a task the evidence moves, and with it the allocation
    PolicyBook.Published published = Snapshots.worker("{}");
    AllocationSnapshot before = Snapshots.of(published, Snapshots.undecided());
    AllocationSnapshot after =
        Snapshots.of(
            published, Snapshots.evidence(11, 900, 99, Snapshots.midIsProven().arms().get(1)));
    for (int i = 0; i < 100; i++) {
      Decision root = decide(before, Ask.worker());
      // When
      Decision continued = decide(after, Ask.worker().continuing(root.decisionId()));
      Decision further = decide(after, Ask.worker().continuing(continued.decisionId()));
      // Then
      assertThat(continued.reason()).isEqualTo(Reason.STICKY);
      assertThat(continued.candidate()).isEqualTo(root.candidate());
      assertThat(continued.propensity()).isEqualTo((float) root.propensity());
      assertThat(continued.id().root()).isEqualTo(root.id().root());
      assertThat(continued.id().flags()).isEqualTo(root.id().flags() | DecisionId.STICKY);
      assertThat(continued.evaluate()).isEqualTo(root.evaluate());
      assertThat(continued.constraints()).isEmpty();
      assertThat(continued.unseenMask()).isFalse();
      assertThat(further.decisionId()).isEqualTo(continued.decisionId());
    }
  }

  @Test
  void anIdThatHasExpiredContinuesNothing() {
    // Given
    AllocationSnapshot snapshot = Snapshots.of(Snapshots.worker("{}"), Snapshots.undecided());
    Decision root = decide(snapshot, Ask.worker());
    Ask ask = Ask.worker().continuing(root.decisionId());
    long asked = root.decidedAtMillis() + ID_LIFE_MILLIS;
    // When
    Decision inTime =
        router.decide(ask.request(), Caller.LOCAL, snapshot, random, asked, sequence++);
    Decision late =
        router.decide(ask.request(), Caller.LOCAL, snapshot, random, asked + 1, sequence++);
    // Then
    assertThat(inTime.reason()).isEqualTo(Reason.STICKY);
    assertThat(late.reason()).isNotEqualTo(Reason.STICKY);
    assertThat(late.constraints()).contains("continuation_ended");
  }

  @Test
  void aContinuationOutlivesTheRotationOfTheKey() {
    // Given
    PolicyBook.Published published = Snapshots.worker("{}");
    Decision root = decide(Snapshots.of(published, Snapshots.undecided()), Ask.worker());
    AllocationSnapshot rotated = underKeys(published, Snapshots.keys(3, 4));
    // When
    Decision continued = decide(rotated, Ask.worker().continuing(root.decisionId()));
    // Then
    assertThat(continued.reason()).isEqualTo(Reason.STICKY);
    assertThat(continued.id().keyNo()).isEqualTo(4);
    assertThat(continued.id().root()).isEqualTo(root.id().root());
  }

  @Test
  void aContinuationEndsWhereItsArmIsNotEligibleAnyMore() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                """
                roles: {worker: {floor: {quality: .9, scope: per_arm, ledger_confidence: 0}}}
                data_classes: [public]
                pins: [{name: home, match: {data_class: phi}, models: [opus]}]
                """),
            Snapshots.midIsProven());
    Decision root = decide(snapshot, Ask.worker());
    assertThat(root.arm().arm().tier()).isEqualTo("mid");
    // When
    Decision pinned = decide(snapshot, Ask.worker().dataClass("phi").continuing(root.decisionId()));
    // Then
    assertThat(pinned.constraints()).containsExactly("pin:home", "continuation_ended");
    assertThat(pinned.reason()).isEqualTo(Reason.PINNED);
    assertThat(pinned.arm().arm().tier()).isEqualTo("frontier");
    assertThat(pinned.id().root()).isNotEqualTo(root.id().root());
    assertThat(pinned.id().has(DecisionId.STICKY)).isFalse();
  }

  @Test
  void aContinuationEndsWhereThePolicyDroppedItsArm() {
    // Given
    Decision root =
        decide(
            Snapshots.of(
                Snapshots.worker("{floor: {quality: .9, scope: per_arm, ledger_confidence: 0}}"),
                Snapshots.midIsProven()),
            Ask.worker());
    assertThat(root.arm().arm().tier()).isEqualTo("mid");
    AllocationSnapshot without =
        Snapshots.of(Snapshots.worker("{candidates: [small, frontier]}"), Snapshots.undecided());
    // When
    Decision decision = decide(without, Ask.worker().continuing(root.decisionId()));
    // Then
    assertThat(decision.constraints()).containsExactly("continuation_ended");
    assertThat(decision.reason()).isEqualTo(Reason.SAMPLED);
  }

  @Test
  void aContinuationOfAnotherRoleIsRefusedByName() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(Snapshots.published("roles: {worker: {}, critic: {}}"));
    Decision root = decide(snapshot, Ask.worker());
    // Then
    assertBadContinuation(snapshot, Ask.role("critic").continuing(root.decisionId()), "wrong_role");
  }

  @Test
  void anIdCarriesTheTenantAndServesNoOther() {
    // Given
    AllocationSnapshot snapshot = Snapshots.of(Snapshots.worker("{}"), Snapshots.undecided());
    Caller acme = new Caller("a", 7, "acme", false, Set.of(Caller.Scope.ROUTE), null);
    Caller globex = new Caller("g", 8, "globex", false, Set.of(Caller.Scope.ROUTE), null);
    Decision root = decide(snapshot, acme, Ask.worker());
    Ask next = Ask.worker().continuing(root.decisionId());
    // When
    Decision own = decide(snapshot, acme, next);
    // Then
    assertThat(root.id().tenantNo()).isEqualTo(7);
    assertThat(own.reason()).isEqualTo(Reason.STICKY);
    assertThat(own.id().tenantNo()).isEqualTo(7);
    for (Caller other : new Caller[] {globex, Caller.LOCAL}) {
      assertThatThrownBy(() -> decide(snapshot, other, next))
          .isInstanceOfSatisfying(
              Problem.BadRequest.class,
              problem -> assertThat(problem.code()).isEqualTo("wrong_tenant"));
    }
  }

  private Decision decide(AllocationSnapshot snapshot, Caller caller, Ask ask) {
    return router.decide(ask.request(), caller, snapshot, random, Snapshots.NOW, sequence++);
  }

  @Test
  void aForgedOrBrokenContinuationIsRefusedByName() {
    // Given
    PolicyBook.Published published = Snapshots.worker("{}");
    AllocationSnapshot snapshot = Snapshots.of(published);
    AllocationSnapshot elsewhere = underKeys(published, Snapshots.keys(9));
    String foreign = decide(elsewhere, Ask.worker()).decisionId();
    String own = decide(snapshot, Ask.worker()).decisionId();
    String forged = own.substring(0, 20) + (own.charAt(20) == 'A' ? 'B' : 'A') + own.substring(21);
    // Then
    assertBadContinuation(snapshot, Ask.worker().continuing(forged), "invalid_decision_id");
    assertBadContinuation(snapshot, Ask.worker().continuing(foreign), "invalid_decision_id");
    assertBadContinuation(snapshot, Ask.worker().continuing("d-1"), "invalid_decision_id");
    assertBadContinuation(snapshot, Ask.worker().continuing(""), "invalid_decision_id");
  }

  @Test
  void aContinuationThatNobodyCanCheckAnyMoreEndsWithoutAnError() {
    // Given: the root was signed by a replica that had not reached the stored keys
    PolicyBook.Published published = Snapshots.worker("{}");
    AllocationSnapshot early = underKeys(published, Snapshots.keys(DecisionId.UNSTORED_KEY));
    Decision root = decide(early, Ask.worker());
    // When
    Decision decision = decide(Snapshots.of(published), Ask.worker().continuing(root.decisionId()));
    // Then
    assertThat(decision.constraints()).containsExactly("continuation_ended");
  }

  /** Before the database was ever reached every role and every arm has the number 0. */
  @Test
  void withoutNumbersNoContinuationMovesATaskToAnotherArm() {
    // Given
    PolicyBook.Published published =
        Snapshots.unnumbered(
            Snapshots.published(
                """
                roles:
                  worker: {graduation: {min_traces: 200}, preset: frontier}
                  critic: {graduation: {min_traces: 200}, preset: mid}
                """));
    AllocationSnapshot unreached = underKeys(published, Snapshots.keys(DecisionId.UNSTORED_KEY));
    Decision root = decide(unreached, Ask.worker());
    // When
    Decision next = decide(unreached, Ask.worker().continuing(root.decisionId()));
    Decision other = decide(unreached, Ask.role("critic").continuing(root.decisionId()));
    // Then
    assertThat(root.arm().arm().tier()).isEqualTo("frontier");
    assertThat(next.arm().arm().tier()).isEqualTo("frontier");
    assertThat(next.constraints()).containsExactly("continuation_ended");
    assertThat(other.arm().arm().tier()).isEqualTo("mid");
  }
}
