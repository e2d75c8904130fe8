package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every finding: what is written, where it is found, what is said. */
class PolicyFindingsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          flor: {quality: .9}                 | roles.worker.flor                          | did you mean 'floor'?
          rules: []                           | roles.worker.rules                         | this version does not know this key
          check: []                           | roles.worker.check                         | did you mean 'checks'?
          checks: [{kind: custom}]            | roles.worker.checks[0].name                | is missing
          checks: [{name: a}, {name: a}]      | roles.worker.checks[1].name                | 'a' stands here twice
          checks: [{name: a, kind: confidence}] | roles.worker.checks[0].min_confidence    | is missing: a check of kind confidence
          checks: [{name: a, min_confidence: .5}] | roles.worker.checks[0].min_confidence  | belongs to checks of kind confidence
          checks: [{name: a, kind: confidence, min_confidence: 2}] | roles.worker.checks[0].min_confidence | at most 1
          checks: [{name: a, kind: required_fields}] | roles.worker.checks[0].fields       | at least one field
          checks: [{name: a, fields: [x]}]    | roles.worker.checks[0].fields              | belongs to checks of kind required_fields
          checks: [{name: a, kind: schem}]    | roles.worker.checks[0].kind                | confidence, custom, required_fields, schema
          max_escalations: -1                 | roles.worker.max_escalations               | between 0 and 64
          max_escalations: 1.5                | roles.worker.max_escalations               | no whole number
          shadow_share: .6                    | roles.worker.shadow_share                  | between 0 and 0.5
          classifier: {url: 'ftp://a'}        | roles.worker.classifier.url                | is no URL that can be asked
          classifier: {url: 'http://u:p@a/'}  | roles.worker.classifier.url                | without user and password
          classifier: {time_limit: PT1M}      | roles.worker.classifier.time_limit         | at most 5 seconds
          classifier: {cost_usd_per_call: -1} | roles.worker.classifier.cost_usd_per_call  | 0 or above
          classifier: {simple: {tools: -1}}   | roles.worker.classifier.simple.tools       | 0 or above
          classifier: {simple: {tools: 9}}    | roles.worker.classifier.hard               | hard begins above what is simple
          classifier: {simpel: {}}            | roles.worker.classifier.simpel             | did you mean 'simple'?
          ceiling: {spend_usd_per_run: 0}     | roles.worker.ceiling.spend_usd_per_run     | above 0
          ceiling: {action: stop}             | roles.worker.ceiling.action                | alert, block, lower
          strategy: lern                      | roles.worker.strategy                      | none of those allowed: fixed, learn, rules
          strategy: rules                     | roles.worker.strategy                      | no rule could ever answer
          learning: on                        | roles.worker.learning                      | none of those allowed: learn, off, shadow
          strategy: fixed                     | roles.worker.preset                        | says which tier it is fixed to: small, mid, frontier
          strategy: fixed, preset: mid, learning: learn | roles.worker.learning            | nothing to learn
          candidates: []                      | roles.worker.candidates                    | at least one candidate
          candidates: [smal]                  | roles.worker.candidates                    | no tier or model is called 'smal'; did you mean 'small'?
          candidates: [mid, mid/sonnet]       | roles.worker.candidates                    | names 'mid/sonnet' twice
          candidates: mid                     | roles.worker.candidates                    | a list is expected; this is the text 'mid'
          candidates: [7]                     | roles.worker.candidates[0]                 | a text (in quotes
          preset: fronteer                    | roles.worker.preset                        | did you mean 'frontier'?
          candidates: [small], preset: mid    | roles.worker.preset                        | have no model of tier 'mid'
          floor: {}                           | roles.worker.floor                         | exactly one of
          floor: {quality: .9, relative_to_reference: .9} | roles.worker.floor             | exactly one of
          floor: {quality: 1}                 | roles.worker.floor.quality                 | between 0 and 1
          floor: {quality: 0}                 | roles.worker.floor.quality                 | between 0 and 1
          floor: {relative_to_reference: 1.01} | roles.worker.floor.relative_to_reference  | at most 1
          floor: {quality: high}              | roles.worker.floor.quality                 | a number is expected; this is the text 'high'
          floor: {quality: .9, confidence: .5} | roles.worker.floor.confidence             | between 0.5 and 1
          floor: {quality: .9, confidence: 1} | roles.worker.floor.confidence              | between 0.5 and 1
          floor: {quality: .9, ledger_confidence: .5} | roles.worker.floor.ledger_confidence | between 0.5 and 1
          floor: {quality: .9, ledger_confidence: 1} | roles.worker.floor.ledger_confidence | between 0.5 and 1
          floor: {quality: .9, scope: arm}    | roles.worker.floor.scope                   | per_arm, role
          floor: .9                           | roles.worker.floor                         | an object is expected; this is 0.9
          floor:                              | roles.worker.floor                         | an object is expected; this is nothing
          ceiling: {cost_usd_per_call: 0}     | roles.worker.ceiling.cost_usd_per_call     | above 0
          ceiling: {spend_usd_per_day: -1}    | roles.worker.ceiling.spend_usd_per_day     | above 0
          ceiling: {p95_latency: 4s}          | roles.worker.ceiling.p95_latency           | '4s' is no duration; write PT4S
          ceiling: {p95_latency: PT-4S}       | roles.worker.ceiling.p95_latency           | above 0
          escalation: [frontiers]             | roles.worker.escalation                    | did you mean 'frontier'?
          escalation: [frontier, mid]         | roles.worker.escalation                    | a ladder climbs
          evaluations: [{}]                   | roles.worker.evaluations[0].name           | is missing
          evaluations: [{name: a}, {name: a}] | roles.worker.evaluations[1].name           | 'a' stands here twice
          evaluations: [{name: a, weight: 0}] | roles.worker.evaluations[0].weight         | above 0
          evaluations: [{name: a, range: [5, 1]}] | roles.worker.evaluations[0].range      | low end comes first
          evaluations: [{name: a, range: [5]}] | roles.worker.evaluations[0].range         | two numbers
          evaluations: [{name: a, direction: up}] | roles.worker.evaluations[0].direction  | higher, lower
          errors_count_as_zero: yes           | roles.worker.errors_count_as_zero          | true or false is expected
          context: {}                         | roles.worker.context                       | at least one of
          context: {use: maybe, complexities: [a]} | roles.worker.context.use              | none of those allowed: auto, off, on
          context: {collaboration: [a]}       | roles.worker.context.collaboration         | did you mean 'collaborations'?
          context: {collaborations: [a, a]}   | roles.worker.context.collaborations        | names 'a' twice
          context: {input_tokens: [9, 9]}     | roles.worker.context.input_tokens          | 9 is out of place
          context: {input_tokens: [0]}        | roles.worker.context.input_tokens          | 0 is out of place
          context: {input_tokens: [1.5]}      | roles.worker.context.input_tokens          | whole numbers
          context: {collaborations: [a, b, c], input_tokens: [9], complexities: [a, b]} | roles.worker.context | makes 36 buckets
          label_rate: 0                       | roles.worker.label_rate                    | 0 is out of range: above 0 and at most 1
          label_rate: .nan                    | roles.worker.label_rate                    | '.nan' is not read as a number
          label_rate: -.inf                   | roles.worker.label_rate                    | is not read as a number
          label_rate: 0x1                     | roles.worker.label_rate                    | is not read as a number
          label_rate: 1e99                    | roles.worker.label_rate                    | at most 40 digits
          half_life_calls: 0                  | roles.worker.half_life_calls               | between 1 and
          exploration: .6                     | roles.worker.exploration                   | between 0 and 0.5
          per_arm_exploration: -.1            | roles.worker.per_arm_exploration           | between 0 and 0.5
          holdout_share: 1.5                  | roles.worker.holdout_share                 | between 0 and 1
          holdout_share: atuo                 | roles.worker.holdout_share                 | a number or auto is expected; this is the text 'atuo'
          holdout_share: [auto]               | roles.worker.holdout_share                 | a number or auto is expected; this is a list
          holdout_share: auto, control_share: .98 | roles.worker.holdout_share             | auto: up to 0.02
          control_share: auto                 | roles.worker.control_share                 | a number is expected; this is the text 'auto'
          control_share: -1                   | roles.worker.control_share                 | between 0 and 1
          holdout_share: .5, control_share: .5 | roles.worker.holdout_share                | sum is below 1
          fallback_relative_floor: 0          | roles.worker.fallback_relative_floor       | above 0
          prior_means: [.8, .9]               | roles.worker.prior_means                   | 3, not 2
          prior_means: [.8, .9, 1]            | roles.worker.prior_means                   | between 0 and 1
          expected_tokens: {input: 0}         | roles.worker.expected_tokens.input         | between 1 and
          expected_tokens: {output: 1.5}      | roles.worker.expected_tokens.output        | no whole number
          graduation: {min_traces: -1}        | roles.worker.graduation.min_traces         | between 0 and
          reward_wait: P9999999D              | roles.worker.reward_wait                   | at most a year
          reward_default: 1.5                 | roles.worker.reward_default                | between 0 and 1
          reward_wait: ' PT1H'                | roles.worker.reward_wait                   | without outer spaces
          """)
  void ofARole(String settings, String path, String message) {
    assertOne(Documents.withRole("{" + settings + "}"), path, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          []                                                        | tiers                           | at least one tier
          {small: {models: []}}                                     | tiers                           | a list is expected
          [{name: a, models: []}]                                   | tiers[0].models                 | at least one model
          [{name: a}]                                               | tiers[0].models                 | is missing
          [{name: a, models: [{name: m, provider: p, weight: -1}]}] | tiers[0].models[0].weight       | between 0 and
          [{name: a, models: [{name: m, provider: p, capacity: {}}]}] | tiers[0].models[0].capacity.calls_per_minute | is missing
          [{name: a, models: [{name: m, provider: p, capacity: {calls_per_minute: 0}}]}] | tiers[0].models[0].capacity.calls_per_minute | above 0
          [{name: a, models: [{name: m, provider: p, capacity: {calls_per_minute: 1, monthly_usd: -1}}]}] | tiers[0].models[0].capacity.monthly_usd | 0 or above
          [{name: a/b, models: [{name: m, provider: p}]}]           | tiers[0].name                   | no slash
          [{models: [{name: m, provider: p}]}]                      | tiers[0].name                   | is missing
          [{name: a, models: [{name: m}]}]                          | tiers[0].models[0].provider     | is missing
          [{name: a, models: [{name: m, provider: p, capacity: 4}]}] | tiers[0].models[0].capacity    | an object is expected
          [{name: a, models: [{name: a, provider: p}]}]             | tiers[0].models[0].name         | a tier is 'a' too
          [{name: a, models: [{name: m, provider: p}]}, {name: a, models: [{name: n, provider: p}]}] | tiers[1].name | another tier is 'a' too
          [{name: a, models: [{name: m, provider: p}]}, {name: b, models: [{name: m, provider: p}]}] | tiers[1].models[0].name | a model stands in one tier, once
          [{name: a, models: [{name: m, provider: p}, {name: n, provider: p, aliases: [m]}]}] | tiers[0].models[1].aliases[0] | 'm' names tiers[0].models[0] already
          [{name: a, models: [{name: m, provider: p, price: {}}]}]  | tiers[0].models[0].price.input_usd_per_million | is missing
          [{name: a, models: [{name: m, provider: p, price: {input_usd_per_million: -1, output_usd_per_million: 1}}]}] | tiers[0].models[0].price.input_usd_per_million | between 0 and
          """)
  void ofTheTiers(String tiers, String path, String message) {
    assertThat(Documents.findings(Documents.withTiers(tiers)))
        .anySatisfy(
            finding -> {
              assertThat(finding.path()).isEqualTo(path);
              assertThat(finding.message()).contains(message);
              assertThat(finding.suggestion()).isNotBlank();
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          collaborations: {}                  | collaborations     | this version does not know this key
          default_rule: worker                | default_rule       | did you mean 'default_role'?
          default_role: wroker                | default_role       | no role is 'wroker'; did you mean 'worker'?
          precedence: quality                 | precedence         | cost_first, quality_first
          alerts: {quality: true}             | alerts             | quality without cost
          alerts: {cost: true, quality: false} | alerts            | cost without quality
          alerts: {cost: false, quality: false} | alerts           | watches quality and cost always
          rules: [{name: r, tier: small}]     | rules[0].when     | is missing
          rules: [{name: r, when: {}, tier: small}] | rules[0].when | says nothing
          rules: [{when: {steps: [a]}, tier: small}] | rules[0].name | is missing
          rules: [{name: r, when: {steps: [a]}, tier: smal}] | rules[0].tier | did you mean 'small'?
          rules: [{name: r, when: {roles: [worke]}, tier: small}] | rules[0].when.roles | did you mean 'worker'?
          rules: [{name: r, when: {step: [a]}, tier: small}] | rules[0].when.step | did you mean 'steps'?
          rules: [{name: r, when: {min_tools: 3, max_tools: 2}, tier: small}] | rules[0].when.min_tools | is above max_tools
          rules: [{name: r, when: {max_depth: -1}, tier: small}] | rules[0].when.max_depth | 0 or above
          rules: [{name: r, when: {tags: {team: 7}}, tier: small}] | rules[0].when.tags.team | a text
          rules: [{name: r, when: {steps: [a]}, tier: small}, {name: r, when: {steps: [b]}, tier: small}] | rules[1].name | another rule is 'r'
          data_classes: phi                   | data_classes      | a list is expected
          health: {error_rate: 0}             | health.error_rate | above 0 and at most 1
          health: {probe_share: 2}            | health.probe_share | above 0 and at most 1
          health: {min_calls: 0}              | health.min_calls  | between 1 and
          health: {window: PT0S}              | health.window     | above 0
          health: {cool_down: P2D}            | health.cool_down  | at most a day
          health: {p95_latency: 4s}           | health.p95_latency | no duration
          pins: [{match: {role: worker}, models: [opus]}] | pins[0].name | is missing
          pins: [{name: p, models: [opus]}]   | pins[0].match      | is missing
          pins: [{name: p, match: {}, models: [opus]}] | pins[0].match | at least one of role, data_class, tenant and tags
          pins: [{name: p, match: {data_clas: phi, role: worker}, models: [opus]}] | pins[0].match.data_clas | did you mean 'data_class'?
          pins: [{name: p, match: {role: worke}, models: [opus]}] | pins[0].match.role | did you mean 'worker'?
          pins: [{name: p, match: {tags: {team: 7}}, models: [opus]}] | pins[0].match.tags.team | a text
          pins: [{name: p, match: {tenant: t}, models: [opus], audit: yes}] | pins[0].audit | logged, required
          pins: [{name: p, match: {tenant: Acme}, models: [opus]}] | pins[0].match.tenant | is no tenant's name
          pins: [{name: p, match: {tenant: t}, models: []}] | pins[0].models | at least one model
          pins: [{name: p, match: {tenant: t}, models: [frontier]}] | pins[0].models | no model is 'frontier'
          """)
  void ofTheRest(String line, String path, String message) {
    assertThat(Documents.findings(Documents.with(line)))
        .anySatisfy(
            finding -> {
              assertThat(finding.path()).isEqualTo(path);
              assertThat(finding.message()).contains(message);
              assertThat(finding.suggestion()).isNotBlank();
            });
  }

  @Test
  void aRoleThatLearnsWithoutAFloorIsACostFeatureWithoutItsTwin() {
    // Given
    String document = Documents.TIERS + "roles: {worker: {strategy: learn}}\n";
    // Then
    assertOne(
        document, "roles.worker.floor", "needs the quality below which it must not be served");
  }

  @Test
  void twoPinsOfOneName() {
    String pin = "{name: p, match: {tenant: t}, models: [opus]}";
    assertOne(Documents.with("pins: [" + pin + ", " + pin + "]"), "pins[1].name", "another pin");
  }

  @Test
  void noRoles() {
    assertOne(Documents.TIERS + "roles: {}\n", "roles", "at least one role");
    assertOne(Documents.TIERS, "roles", "is missing");
  }

  @Test
  void aMistakeInDefaultsIsToldOnceAndWhereItStands() {
    // Given
    String document =
        Documents.TIERS
            + "defaults: {floor: {quality: 2}, label_rate: often, prio_means: []}\n"
            + "roles: {a: {}, b: {}, c: {}}\n";
    // When
    List<Finding> findings = Documents.findings(document);
    // Then
    assertThat(findings)
        .extracting(Finding::path)
        .containsExactlyInAnyOrder(
            "defaults.floor.quality", "defaults.label_rate", "defaults.prio_means");
  }

  @Test
  void allFindingsAtOnce() {
    // Given
    String document =
        """
        tiers:
          - {name: small, models: [{name: haiku, provider: anthropic, colour: red}]}
        roles:
          worker: {floor: {quality: 7}, candidates: [smal], label_rate: .nan, label_rate: 1}
          "file.ops": {strategy: fixd}
        default_role: nobody
        pins: [{name: p, match: {}, models: [none]}]
        """;
    // When
    List<Finding> findings = Documents.findings(document);
    // Then
    assertThat(findings)
        .extracting(Finding::path)
        .containsExactlyInAnyOrder(
            "tiers[0].models[0].colour",
            "roles.worker.floor.quality",
            "roles.worker.candidates",
            "roles.worker.label_rate",
            "roles.worker.label_rate",
            "roles[\"file.ops\"].strategy",
            "roles[\"file.ops\"].floor",
            "default_role",
            "pins[0].match",
            "pins[0].models");
  }

  @Test
  void moreThanAHundredFindingsAreCountedNotKept() {
    // Given
    StringBuilder document = new StringBuilder(Documents.with(""));
    for (int i = 0; i < 500; i++) {
      document.append("unknown").append(i).append(": 1\n");
    }
    // When
    List<Finding> findings = Documents.findings(document.toString());
    // Then
    assertThat(findings).hasSize(101);
    assertThat(findings.get(100).message()).isEqualTo("and 400 more findings");
  }

  @Test
  void modelsAndRolesAreLimitedForEachRoleMayUseEachModel() {
    // Given
    String models =
        IntStream.rangeClosed(0, 256)
            .mapToObj(i -> "{name: m" + i + ", provider: p}")
            .collect(Collectors.joining(","));
    // Then
    assertOne(
        Documents.withTiers("[{name: a, models: [" + models + "]}]"),
        "tiers",
        "at most 256 models");
    assertOne(
        Documents.TIERS
            + "roles:\n"
            + IntStream.rangeClosed(0, 2_000)
                .mapToObj(i -> "  r" + i + ": {}\n")
                .collect(Collectors.joining()),
        "roles",
        "at most 2000 roles");
  }

  private static void assertOne(String document, String path, String message) {
    List<Finding> findings = Documents.findings(document);
    assertThat(findings).extracting(Finding::path).containsExactly(path);
    assertThat(findings.get(0).message()).contains(message);
    assertThat(findings.get(0).suggestion()).isNotBlank();
  }
}
