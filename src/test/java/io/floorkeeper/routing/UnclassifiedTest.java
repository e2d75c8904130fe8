package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.RoleSpend;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who is asked how complex a request is, and what answers where nobody says it. */
class UnclassifiedTest extends RouterFixture {
  private static final String ASKING =
      "classifier: {url: 'http://127.0.0.1:9/c', time_limit: PT0.1S}";

  @Test
  void whereTheClassifierDoesNotSayItThePresetAnswers() {
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                "roles: {worker: {preset: mid, " + ASKING + "}}\ndata_classes: [public]"),
            Snapshots.undecided());

    for (int i = 0; i < 100; i++) {
      Decision decision = unclassified(snapshot, Ask.worker());

      assertThat(decision.reason()).isEqualTo(Reason.PRESET);
      assertThat(decision.arm().arm().tier()).isEqualTo("mid");
      assertThat(decision.id().has(DecisionId.NOT_DRAWN)).isTrue();
      assertThat(decision.constraints()).containsExactly(Classification.TIMEOUT);
    }
  }

  @Test
  void norDoRulesGuessAtIt() {
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                """
                roles: {worker: {strategy: rules, preset: mid, %s}}
                rules: [{name: all, when: {roles: [worker]}, tier: small}]
                data_classes: [public]
                """
                    .formatted(ASKING)));

    assertThat(decide(snapshot, Ask.worker()).arm().arm().tier()).isEqualTo("small");
    assertThat(unclassified(snapshot, Ask.worker()).arm().arm().tier()).isEqualTo("mid");
  }

  @Test
  void thePresetStaysInItsPin() {
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                """
                roles: {worker: {preset: small, %s}}
                pins: [{name: home, match: {data_class: phi}, models: [sonnet, opus]}]
                """
                    .formatted(ASKING)));

    Decision decision = unclassified(snapshot, Ask.worker().dataClass("phi"));

    assertThat(decision.arm().arm().tier()).isEqualTo("mid");
    assertThat(decision.constraints()).containsExactly("pin:home", Classification.TIMEOUT);
  }

  @Test
  void onlyRequestsThatItWouldMoveAreAskedAbout() {
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                """
                roles:
                  worker: {%s}
                  fixed: {strategy: fixed, preset: mid, %s}
                  plain: {}
                  own: {classifier: {simple: {tools: 2}}}
                data_classes: [public]
                pins: [{name: home, match: {data_class: phi}, models: [opus]}]
                """
                    .formatted(ASKING, ASKING)));
    String id = decide(snapshot, Ask.worker()).decisionId();

    assertThat(asked(snapshot, Ask.worker())).isTrue();
    assertThat(asked(snapshot.withKillSwitch(true), Ask.worker())).as("the preset").isFalse();
    assertThat(asked(snapshot, Ask.role("fixed"))).as("always the same").isFalse();
    assertThat(asked(snapshot, Ask.role("plain"))).as("has no classifier").isFalse();
    assertThat(asked(snapshot, Ask.role("own"))).as("has the built-in one").isFalse();
    assertThat(asked(snapshot, Ask.role("stranger"))).as("is a 404").isFalse();
    assertThat(asked(snapshot, Ask.worker().dataClass("phi"))).as("has no choice").isFalse();
    assertThat(asked(snapshot, Ask.worker().continuing(id))).as("keeps its arm").isFalse();
    assertThat(
            ExternalClassifiers.areAsked(
                Ask.worker().request().withComplexity("hard"),
                Caller.LOCAL,
                snapshot,
                Snapshots.NOW))
        .as("says it itself")
        .isFalse();
  }

  @Test
  void nobodyIsAskedAboutWhatACeilingBlocks() {
    PolicyBook.Published published =
        Snapshots.published(
            "roles: {worker: {ceiling: {spend_usd_per_run: 1, action: block}, " + ASKING + "}}");
    AllocationSnapshot snapshot =
        Snapshots.spending(
            published,
            new RoleSpend(0, 0, 1, 0, 0, Map.of("spent", 1_000_000_000L)),
            Snapshots.undecided());

    assertThat(asked(snapshot, Ask.worker().run("fresh"))).isTrue();
    assertThatThrownBy(() -> asked(snapshot, Ask.worker().run("spent")))
        .isInstanceOf(Problem.CeilingReached.class);
  }

  private static boolean asked(AllocationSnapshot snapshot, Ask ask) {
    return ExternalClassifiers.areAsked(ask.request(), Caller.LOCAL, snapshot, Snapshots.NOW);
  }

  private Decision unclassified(AllocationSnapshot snapshot, Ask ask) {
    return router.decide(
        ask.request(),
        Caller.LOCAL,
        snapshot,
        Classification.TIMEOUT,
        random,
        Snapshots.NOW,
        sequence++);
  }
}
