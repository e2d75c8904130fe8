package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A corpus of {@value #DOCUMENTS} invalid policies with five faults each: all are told at once,
 * each with its path, its reason and a suggestion, and nothing else is told.
 */
class InvalidPolicyCorpusTest {
  private static final int DOCUMENTS = 72;

  /** What is wrong, and where it is found. */
  private record Fault(String text, String path) {}

  /** In the settings of a role; the path goes on behind the role's. */
  private static final List<Fault> OF_ROLES =
      List.of(
          new Fault("flor: {quality: .9}", ".flor"),
          new Fault("strategy: lern", ".strategy"),
          new Fault("learning: maybe", ".learning"),
          new Fault("candidates: []", ".candidates"),
          new Fault("candidates: [smal]", ".candidates"),
          new Fault("candidates: [7]", ".candidates[0]"),
          new Fault("candidates: all", ".candidates"),
          new Fault("preset: fronteer", ".preset"),
          new Fault("floor: {}", ".floor"),
          new Fault("floor: {quality: 1.2}", ".floor.quality"),
          new Fault("floor: {relative_to_reference: 0}", ".floor.relative_to_reference"),
          new Fault("floor: {quality: .9, confidence: 90}", ".floor.confidence"),
          new Fault("floor: {quality: .9, ledger_confidence: .2}", ".floor.ledger_confidence"),
          new Fault("floor: {quality: .9, scope: arm}", ".floor.scope"),
          new Fault("floor: {qualty: .9, quality: .9}", ".floor.qualty"),
          new Fault("floor: high", ".floor"),
          new Fault("ceiling: {cost_usd_per_call: 0}", ".ceiling.cost_usd_per_call"),
          new Fault("ceiling: {spend_usd_per_day: -3}", ".ceiling.spend_usd_per_day"),
          new Fault("ceiling: {spend_usd_per_run: '1'}", ".ceiling.spend_usd_per_run"),
          new Fault("ceiling: {action: stop}", ".ceiling.action"),
          new Fault("ceiling: {p95_latency: 4 seconds}", ".ceiling.p95_latency"),
          new Fault("ceiling: {usd: 4}", ".ceiling.usd"),
          new Fault("escalation: [frontier, mid]", ".escalation"),
          new Fault("escalation: [top]", ".escalation"),
          new Fault("escalation: mid", ".escalation"),
          new Fault("evaluations: [{}]", ".evaluations[0].name"),
          new Fault("evaluations: [{name: a, range: [1, 0]}]", ".evaluations[0].range"),
          new Fault("evaluations: [{name: a, weight: -1}]", ".evaluations[0].weight"),
          new Fault("evaluations: [{name: a}, {name: a}]", ".evaluations[1].name"),
          new Fault("errors_count_as_zero: sometimes", ".errors_count_as_zero"),
          new Fault("label_rate: 1.5", ".label_rate"),
          new Fault("label_rate: .nan", ".label_rate"),
          new Fault("half_life_calls: 0", ".half_life_calls"),
          new Fault("exploration: 2", ".exploration"),
          new Fault("per_arm_exploration: -1", ".per_arm_exploration"),
          new Fault("holdout_share: most", ".holdout_share"),
          new Fault("holdout_share: .6, control_share: .5", ".holdout_share"),
          new Fault("control_share: 2", ".control_share"),
          new Fault("fallback_relative_floor: 0", ".fallback_relative_floor"),
          new Fault("prior_means: [.9]", ".prior_means"),
          new Fault("expected_tokens: {input: 0}", ".expected_tokens.input"),
          new Fault("expected_tokens: {output: -1}", ".expected_tokens.output"),
          new Fault("graduation: {min_traces: -1}", ".graduation.min_traces"),
          new Fault("graduation: {traces: 1}", ".graduation.traces"),
          new Fault("context: {}", ".context"),
          new Fault("context: {input_tokens: [9, 3]}", ".context.input_tokens"),
          new Fault("reward_wait: tomorrow", ".reward_wait"),
          new Fault("checks: [{name: a, kind: confidence}]", ".checks[0].min_confidence"),
          new Fault("checks: [{kind: schema}]", ".checks[0].name"),
          new Fault("max_escalations: 99", ".max_escalations"),
          new Fault("shadow_share: 1", ".shadow_share"),
          new Fault("classifier: {url: here}", ".classifier.url"),
          new Fault("classifier: {time_limit: PT10S}", ".classifier.time_limit"));

  private static final List<Fault> OF_PINS =
      List.of(
          new Fault("{match: {role: worker}, models: [opus]}", ".name"),
          new Fault("{name: p, models: [opus]}", ".match"),
          new Fault("{name: p, match: {}, models: [opus]}", ".match"),
          new Fault("{name: p, match: {role: wörker}, models: [opus]}", ".match.role"),
          new Fault("{name: p, match: {tenant: t}, models: []}", ".models"),
          new Fault("{name: p, match: {tenant: t}, models: [gpt]}", ".models"),
          new Fault("{name: p, match: {data: phi, tenant: t}, models: [opus]}", ".match.data"),
          new Fault("{name: p, match: {tenant: t}, models: [opus], audit: on}", ".audit"));

  private static final List<Fault> OF_RULES =
      List.of(
          new Fault("{name: r, tier: small}", ".when"),
          new Fault("{name: r, when: {}, tier: small}", ".when"),
          new Fault("{name: r, when: {steps: [a]}, tier: tiny}", ".tier"),
          new Fault("{name: r, when: {roles: [ghost]}, tier: small}", ".when.roles"),
          new Fault("{when: {steps: [a]}, tier: small}", ".name"),
          new Fault(
              "{name: r, when: {min_depth: 3, max_depth: 1}, tier: small}", ".when.min_depth"),
          new Fault("{name: r, when: {steps: a}, tier: small}", ".when.steps"));

  private static final List<Fault> OF_THE_REST =
      List.of(
          new Fault("default_role: nobody", "default_role"),
          new Fault("precedence: speed_first", "precedence"),
          new Fault("alerts: {quality: true}", "alerts"),
          new Fault("health: {error_rate: 7}", "health.error_rate"),
          new Fault("data_classes: [7]", "data_classes[0]"),
          new Fault("role: {}", "role"));

  static Stream<Arguments> documents() {
    return IntStream.range(0, DOCUMENTS).mapToObj(InvalidPolicyCorpusTest::document);
  }

  /** Two roles of one fault each, a pin, a rule, and something else. */
  private static Arguments document(int i) {
    Set<String> paths = new TreeSet<>();
    Fault first = OF_ROLES.get(i % OF_ROLES.size());
    Fault second = OF_ROLES.get((i * 7 + 11) % OF_ROLES.size());
    Fault pin = OF_PINS.get(i % OF_PINS.size());
    Fault rule = OF_RULES.get(i % OF_RULES.size());
    Fault rest = OF_THE_REST.get(i % OF_THE_REST.size());
    paths.add("roles.critic" + first.path());
    paths.add("roles.judge" + second.path());
    paths.add("pins[0]" + pin.path());
    paths.add("rules[0]" + rule.path());
    paths.add(rest.path());
    String document =
        Documents.TIERS
            + "roles:\n  worker: {floor: {quality: .9}}\n"
            + role("critic", first)
            + role("judge", second)
            + "pins: ["
            + pin.text()
            + "]\nrules: ["
            + rule.text()
            + "]\n"
            + rest.text()
            + "\n";
    return Arguments.of(document, paths);
  }

  private static String role(String name, Fault fault) {
    String floor = fault.text().startsWith("floor:") ? "" : "floor: {quality: .9}, ";
    return "  " + name + ": {" + floor + fault.text() + "}\n";
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyFaultOfADocumentIsToldAtOnce(String document, Set<String> paths) {
    // When
    List<Finding> findings = Documents.findings(document);
    // Then
    assertThat(new TreeSet<>(findings.stream().map(Finding::path).toList())).isEqualTo(paths);
    List<String> silent = new ArrayList<>();
    for (Finding finding : findings) {
      if (finding.message().isBlank() || finding.suggestion().isBlank()) {
        silent.add(finding.path());
      }
    }
    assertThat(silent).as("told without a reason or a suggestion").isEmpty();
  }
}
