package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.posterior.RoleSpend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@code /route} says is above is what {@code /escalate} climbs to, and no more of it. */
class ClimbAheadTest extends EscalatorFixture {
  private static final String FREE = "data_classes: [public]\n";

  @Test
  void theyAgreeOnMaxEscalations() {
    assertThat(agreed(worker(", max_escalations: 0", FREE), asked())).isEmpty();
    assertThat(agreed(worker(", max_escalations: 1", FREE), asked())).containsExactly("mid");
    assertThat(agreed(worker("", FREE), asked())).containsExactly("mid", "frontier");
  }

  @Test
  void andOnTheCeilingOfACall() {
    String ceiling = ", ceiling: {cost_usd_per_call: .005}";

    assertThat(agreed(worker(ceiling, FREE + "precedence: quality_first"), asked()))
        .containsExactly("mid", "frontier");
    assertThat(agreed(worker(ceiling, FREE + "precedence: cost_first"), asked())).isEmpty();
    assertThat(agreed(worker("", FREE), asked().maxCostUsd(.02))).containsExactly("mid");
  }

  @Test
  void andOnPins() {
    AllocationSnapshot snapshot =
        worker("", FREE + "pins: [{name: p, match: {data_class: phi}, models: [haiku, opus]}]");

    assertThat(agreed(snapshot, asked().dataClass("phi"))).containsExactly("frontier");
    assertThat(agreed(snapshot, asked())).containsExactly("mid", "frontier");
  }

  @Test
  void andOnARunThatIsSpent() {
    AllocationSnapshot snapshot = run("cost_first", Map.of("r-7", 1_000_000_000L));

    assertThat(agreed(snapshot, asked().run("r-7"))).isEmpty();
    assertThat(agreed(snapshot, asked().run("r-8"))).containsExactly("mid", "frontier");
  }

  @Test
  void andForATaskThatGoesOn() {
    AllocationSnapshot before = run("cost_first", Map.of());
    String root = decide(before, asked().run("r-7")).decisionId();
    AllocationSnapshot after = run("cost_first", Map.of("r-7", 1_000_000_000L));

    Decision sticky = decide(after, asked().run("r-7").continuing(root));

    assertThat(sticky.reason()).isEqualTo(Reason.STICKY);
    assertThat(Climb.above(asked().run("r-7").request(), Caller.LOCAL, sticky)).isEmpty();
  }

  @Test
  void aRunThatIsNotRepeatedIsTheOneThatHasSpentMost() {
    AllocationSnapshot snapshot = run("cost_first", Map.of("r-7", 1_000_000_000L));
    String first = decide(run("cost_first", Map.of()), asked().run("r-7")).decisionId();

    Escalation silent = escalate(snapshot, ofRun(first, null));
    Escalation none = escalate(snapshot, ofRun(first, ""));
    Escalation other = escalate(run("cost_first", Map.of("r-7", 9L)), ofRun(first, null));
    Escalation quality =
        escalate(run("quality_first", Map.of("r-7", 1_000_000_000L)), ofRun(first, null));

    assertThat(silent.reason()).isEqualTo("no_eligible_rung");
    assertThat(silent.constraints()).containsExactly("unrepeated_run");
    assertThat(model(none)).as("it says that it is of none").isEqualTo("sonnet");
    assertThat(model(other)).isEqualTo("sonnet");
    assertThat(model(quality)).isEqualTo("sonnet");
  }

  /** Of four tiers two may be climbed: to close the one below afterwards does not give a third. */
  @Test
  void aStepStaysTakenWhateverTheNextRequestCloses() {
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.numbered(
                """
                tiers:
                  - {name: t0, models: [{name: m0, provider: p}]}
                  - {name: t1, models: [{name: m1, provider: p}]}
                  - {name: t2, models: [{name: m2, provider: p}]}
                  - {name: t3, models: [{name: m3, provider: p}]}
                roles:
                  worker: {strategy: fixed, preset: t0, max_escalations: 2, floor: {quality: .9}}
                data_classes: [public]
                """));
    String root = decide(snapshot, asked()).decisionId();

    Escalation one = escalate(snapshot, failed(root, "schema"));
    Escalation two = escalate(snapshot, failedWithin(one.decisionId(), "t2", null, null));
    Escalation three = escalate(snapshot, failedWithin(two.decisionId(), "t3", null, null));

    assertThat(model(two)).isEqualTo("m2");
    assertThat(three.reason()).isEqualTo("max_escalations");
  }

  private static Ask asked() {
    return Ask.worker().tags(Map.of());
  }

  /** The tiers above, after both were asked. */
  private List<String> agreed(AllocationSnapshot snapshot, Ask ask) {
    Decision root = decide(snapshot, ask);
    List<String> climbed = new ArrayList<>();
    String id = root.decisionId();
    while (true) {
      Escalation next = escalate(snapshot, again(id, ask.request()));
      if (next.outcome() == Escalation.Outcome.EXHAUSTED) {
        break;
      }
      climbed.add(next.climbed().arm().arm().tier());
      id = next.decisionId();
    }
    assertThat(Climb.above(ask.request(), Caller.LOCAL, root)).isEqualTo(climbed);
    return climbed;
  }

  private static EscalateRequest again(String id, RouteRequest said) {
    return new EscalateRequest(
        id,
        "schema",
        null,
        said.role(),
        said.collaboration(),
        said.sessionId(),
        said.runId(),
        said.step(),
        said.dataClass(),
        said.tags(),
        said.context(),
        said.minTier(),
        said.maxCostUsd(),
        said.maxLatencyMs());
  }

  private static EscalateRequest ofRun(String id, String run) {
    return new EscalateRequest(
        id, "schema", null, null, null, null, run, null, Ask.FREE, Map.of(), null, null, null,
        null);
  }

  private static AllocationSnapshot run(String precedence, Map<String, Long> nanoUsd) {
    AllocationSnapshot of =
        worker(", ceiling: {spend_usd_per_run: 1}", FREE + "precedence: " + precedence);
    return Snapshots.spending(
        of.published(), new RoleSpend(0, 0, 1, 0, 0, nanoUsd), Snapshots.undecided());
  }
}
