package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.policy.Pin;
import io.floorkeeper.policy.Pins;
import io.floorkeeper.policy.Policy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random policies, random requests, and checks that fail for ever. Seeded; not statistical: what is
 * asserted holds for every one of them.
 */
class EscalationPropertyTest extends EscalatorFixture {
  private static final int POLICIES = 400;
  private static final int TASKS = 40;
  private static final String[] CLASSES = {"public", "phi", "pci", "unheard-of", null};

  private final Random dice = new Random(SEED);

  @Test
  void noClimbLeavesItsPinRepeatsAModelOrGoesOnForEver() {
    int climbs = 0;
    int skips = 0;
    int pinned = 0;
    Set<String> ends = new HashSet<>();
    for (int p = 0; p < POLICIES; p++) {
      AllocationSnapshot snapshot = Snapshots.of(Snapshots.numbered(document()));
      for (int t = 0; t < TASKS; t++) {
        Ask ask = Ask.worker().dataClass(any(CLASSES)).tags(tags());
        Decision root;
        try {
          root = decide(snapshot, ask);
        } catch (io.floorkeeper.platform.Problem.Unprocessable unmet) {
          continue; // its pins leave no candidate: there is no task
        }
        Set<String> tried = new HashSet<>(List.of(root.arm().arm().model().name()));
        pinned += root.id().has(io.floorkeeper.ledger.DecisionId.PINNED) ? 1 : 0;
        int most = root.routes().policy().maxEscalations();
        int tierIndex = root.arm().arm().tierIndex();
        String id = root.decisionId();
        int steps = 0;
        while (true) {
          EscalateRequest request =
              failed(id, "custom", null, ask.request().dataClass(), ask.request().tags());
          Escalation next = escalate(snapshot, request);
          assertThat(next.constraints())
              .as("whoever repeats what it said is bound by that alone: three pins are told apart")
              .doesNotContain("pins_of_decision");
          assertThat(escalate(snapshot, request).decisionId()).isEqualTo(next.decisionId());
          if (next.outcome() == Escalation.Outcome.EXHAUSTED) {
            ends.add(next.reason());
            break;
          }
          steps++;
          assertThat(steps).isLessThanOrEqualTo(most);
          assertThat(allowed(snapshot.published().policy(), ask.request())).contains(model(next));
          assertThat(tried.add(model(next))).as("a model twice").isTrue();
          int higher = next.climbed().arm().arm().tierIndex();
          assertThat(higher).isGreaterThan(tierIndex);
          assertThat(next.id().root()).isEqualTo(root.id().root());
          tierIndex = higher;
          skips += next.constraints().toString().contains("skipped:") ? 1 : 0;
          climbs++;
          id = next.decisionId();
        }
      }
    }
    assertThat(climbs).as("the test climbs at all").isGreaterThan(5_000);
    assertThat(skips).isGreaterThan(300);
    assertThat(pinned).isGreaterThan(2_000);
    assertThat(ends).contains("ladder_end", "max_escalations", "no_eligible_rung");
  }

  @Test
  void whateverTheBodyForgetsOrClaimsTheClassOfThePinnedDecisionIsNotLeft() {
    int tasks = 0;
    for (int p = 0; p < POLICIES; p++) {
      // Given: one pin only, so that to leave it is to be bound by none
      AllocationSnapshot snapshot =
          Snapshots.of(
              Snapshots.numbered(
                  tiers()
                      + "roles: {worker: {strategy: fixed, preset: t0, floor: {quality: .9}}}\n"
                      + "data_classes: [public]\n"
                      + "pins: [{name: only, match: {data_class: phi}, models: ["
                      + models()
                      + "]}]\n"));
      Decision root = decide(snapshot, Ask.worker().dataClass("phi"));
      String id = root.decisionId();
      Pin pin = snapshot.published().policy().pins().get(0);
      if (pin.models().size() == snapshot.routes("worker").arms().size()) {
        continue; // it pins nothing
      }
      // When: each escalation says something else
      while (true) {
        Escalation next =
            escalate(snapshot, failed(id, "custom", null, any(CLASSES), any(Map.of(), null)));
        if (next.outcome() == Escalation.Outcome.EXHAUSTED) {
          break;
        }
        tasks++;
        assertThat(pin.models()).contains(model(next));
        id = next.decisionId();
      }
    }
    assertThat(tasks).isGreaterThan(200);
  }

  /**
   * What is said changes between the decision, its continuations and its climbs, also by silence.
   */
  @Test
  void noAnswerOfATaskLeavesAPinThatBoundAnyBeforeIt() {
    int climbs = 0;
    int narrowedOnTheWay = 0;
    int held = 0;
    for (int p = 0; p < POLICIES; p++) {
      AllocationSnapshot snapshot = Snapshots.of(Snapshots.numbered(document(1 + dice.nextInt(6))));
      Policy policy = snapshot.published().policy();
      for (int t = 0; t < TASKS; t++) {
        try {
          Ask ask = Ask.worker().dataClass(any(CLASSES)).tags(tags());
          Decision root = decide(snapshot, ask);
          Set<String> left = allowed(policy, ask.request());
          String id = root.decisionId();
          for (int step = 0; step < 6; step++) {
            Ask said = Ask.worker().dataClass(any(CLASSES)).tags(tags());
            Set<String> now = allowed(policy, said.request());
            if (dice.nextBoolean()) {
              Decision next = decide(snapshot, said.continuing(id));
              if (next.reason() != Reason.STICKY) {
                break; // another task
              }
              narrowedOnTheWay += left.retainAll(now) ? 1 : 0;
              assertThat(left).contains(next.arm().arm().model().name());
              id = next.decisionId();
            } else {
              Escalation next =
                  escalate(
                      snapshot,
                      failed(
                          id, "custom", null, said.request().dataClass(), said.request().tags()));
              held += next.constraints().contains("pins_of_decision") ? 1 : 0;
              if (next.outcome() == Escalation.Outcome.ESCALATED) {
                left.retainAll(now);
                assertThat(left).as(policy.pins().toString()).contains(model(next));
                id = next.decisionId();
                climbs++;
              }
            }
          }
        } catch (io.floorkeeper.platform.Problem.Unprocessable unmet) {
          continue; // what is said now leaves no candidate
        }
      }
    }
    assertThat(climbs).isGreaterThan(3_000);
    assertThat(narrowedOnTheWay).isGreaterThan(500);
    assertThat(held).as("pins of the decision bind").isGreaterThan(500);
  }

  private Set<String> allowed(Policy policy, RouteRequest request) {
    Set<String> models = new HashSet<>();
    policy.tiers().forEach(t -> t.models().forEach(m -> models.add(m.name())));
    boolean strictest = Pins.isStrictest(policy, request.dataClass());
    for (Pin pin : policy.pins()) {
      if (Pins.binds(
          pin,
          strictest,
          request.role(),
          "worker",
          Caller.LOCAL.tenant(),
          request.dataClass(),
          request.tags())) {
        models.retainAll(pin.models());
      }
    }
    return models;
  }

  private List<String> names;

  private String document() {
    return document(1 + dice.nextInt(3));
  }

  private String document(int pins) {
    String tiers = tiers();
    int count = (int) tiers.lines().filter(l -> l.contains("name: t")).count();
    List<String> ladder = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      if (dice.nextInt(4) > 0) {
        ladder.add("t" + t);
      }
    }
    StringBuilder policy = new StringBuilder(tiers);
    policy.append(
        "roles: {worker: {strategy: fixed, preset: t%d, escalation: %s, max_escalations: %d,"
                .formatted(dice.nextInt(count), ladder, dice.nextInt(4))
            + " floor: {quality: .9}}}\n");
    policy.append("data_classes: [public]\npins:\n");
    for (int i = 0; i < pins; i++) {
      String match =
          any(
              "data_class: phi",
              "data_class: pci",
              "tags: {region: eu}",
              "data_class: phi, tags: {region: eu}",
              "role: worker",
              "tenant: default");
      policy.append("  - {name: p%d, match: {%s}, models: [%s]}\n".formatted(i, match, models()));
    }
    return policy.toString();
  }

  private String tiers() {
    names = new ArrayList<>();
    StringBuilder tiers = new StringBuilder("tiers:\n");
    int count = 2 + dice.nextInt(4);
    for (int t = 0; t < count; t++) {
      List<String> models = new ArrayList<>();
      for (int m = 0; m <= dice.nextInt(3); m++) {
        names.add("m" + t + "-" + m);
        models.add("{name: m%d-%d, provider: p}".formatted(t, m));
      }
      tiers.append("  - {name: t%d, models: %s}\n".formatted(t, models));
    }
    return tiers.toString();
  }

  private String models() {
    List<String> some = new ArrayList<>();
    for (String name : names) {
      if (dice.nextInt(3) > 0) {
        some.add(name);
      }
    }
    return String.join(", ", some.isEmpty() ? List.of(names.get(0)) : some);
  }

  private Map<String, String> tags() {
    return any(null, Map.of(), Map.of("region", "eu"), Map.of("region", "us"));
  }

  @SafeVarargs
  private <T> T any(T... of) {
    return of[dice.nextInt(of.length)];
  }
}
