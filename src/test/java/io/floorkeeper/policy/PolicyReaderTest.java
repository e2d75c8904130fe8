package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.bandit.HoldoutShare;
import io.floorkeeper.pricing.Price;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyReaderTest {

  @Test
  void whatARoleLeavesOutHasTheDefaultsOfTheBandit() {
    // When
    RolePolicy role = Documents.worker("{floor: {quality: 0.9}}");
    // Then
    assertThat(role.strategy()).isEqualTo(RolePolicy.Strategy.LEARN);
    assertThat(role.learning()).isEqualTo(RolePolicy.Learning.LEARN);
    assertThat(role.candidates())
        .extracting(Arm::key)
        .containsExactly("small/haiku", "mid/sonnet", "frontier/opus");
    assertThat(role.presetTier()).isEqualTo("frontier");
    assertThat(role.escalation()).containsExactly("mid", "frontier");
    assertThat(role.floor())
        .contains(
            new QualityFloor(QualityFloor.Kind.ABSOLUTE, .9, QualityFloor.Scope.ROLE, .90, .997));
    assertThat(role.ceiling()).isEqualTo(CostCeiling.NONE);
    assertThat(role.evaluations()).isEmpty();
    assertThat(role.errorsCountAsZero()).isFalse();
    assertThat(role.labelRate()).isEqualTo(.3);
    assertThat(role.halfLifeCalls()).isEqualTo(5_545);
    assertThat(role.exploration()).isEqualTo(.03);
    assertThat(role.perArmExploration()).isEqualTo(.01);
    assertThat(role.holdoutShare()).isEqualTo(HoldoutShare.NONE);
    assertThat(role.controlShare()).isZero();
    assertThat(role.fallbackRelativeFloor()).isEqualTo(.98);
    assertThat(role.priorMeans()).containsExactly(.80, .86, .92);
    assertThat(role.expectedInputTokens()).isEqualTo(1_500);
    assertThat(role.expectedOutputTokens()).isEqualTo(300);
    assertThat(role.graduationMinTraces()).isEqualTo(200);
    assertThat(role.rewardWait()).isEqualTo(Duration.ofHours(24));
  }

  @Test
  void everySettingArrives() {
    // When
    RolePolicy role =
        Documents.worker(
            """
            {strategy: learn, learning: shadow, candidates: [frontier, small], preset: small,
             floor: {relative_to_reference: .95, confidence: .8,
                     ledger_confidence: .95, scope: per_arm},
             ceiling: {cost_usd_per_call: .05, spend_usd_per_day: 20, spend_usd_per_run: 1,
                       p95_latency: PT4S, action: block},
             escalation: [frontier],
             evaluations: [{name: toxicity, range: [0, 5], direction: lower, weight: 2}],
             errors_count_as_zero: true, label_rate: .5, half_life_calls: 1000, exploration: .05,
             per_arm_exploration: .02, holdout_share: .01, control_share: .1,
             fallback_relative_floor: .9, prior_means: [.7, .9],
             expected_tokens: {input: 10, output: 0}, graduation: {min_traces: 7},
             context: {use: on, collaborations: [debate], input_tokens: [2000, 16000]},
             reward_wait: P2D,
             classifier: {simple: {tools: 0}, hard: {input_tokens: 9000},
                          url: 'http://127.0.0.1:9/classify', time_limit: PT0.1S,
                          cost_usd_per_call: .0001},
             checks: [{name: sure, kind: confidence, min_confidence: .7},
                      {name: whole, kind: required_fields, fields: [id]}],
             max_escalations: 1, shadow_share: .2, reward_default: .5}
            """
                .replace("\n", " "));
    // Then
    assertThat(role)
        .isEqualTo(
            new RolePolicy(
                "worker",
                RolePolicy.Strategy.LEARN,
                RolePolicy.Learning.SHADOW,
                List.of(arm("small", 0, "haiku"), arm("frontier", 2, "opus")),
                "small",
                Optional.of(
                    new QualityFloor(
                        QualityFloor.Kind.RELATIVE_TO_REFERENCE,
                        .95,
                        QualityFloor.Scope.PER_ARM,
                        .8,
                        .95)),
                new CostCeiling(
                    Optional.of(new BigDecimal("0.05")),
                    Optional.of(new BigDecimal("20")),
                    Optional.of(new BigDecimal("1")),
                    Optional.of(Duration.ofSeconds(4)),
                    CostCeiling.Action.BLOCK),
                List.of("frontier"),
                List.of(new EvaluationRule("toxicity", 0, 5, false, 2)),
                true,
                .5,
                1_000,
                .05,
                .02,
                HoldoutShare.fixed(.01),
                .1,
                .9,
                List.of(.7, .9),
                10,
                0,
                7,
                Optional.of(
                    new ContextPolicy(
                        ContextPolicy.Use.ON,
                        List.of("debate"),
                        List.of(2_000L, 16_000L),
                        List.of())),
                Duration.ofDays(2),
                Optional.of(
                    new Classifier(
                        new Complexity(
                            new Complexity.Marks(1_000, 0, 1), new Complexity.Marks(9_000, 6, 4)),
                        Optional.of(URI.create("http://127.0.0.1:9/classify")),
                        Duration.ofMillis(100),
                        new BigDecimal("0.0001"))),
                List.of(
                    new Check("sure", Check.Kind.CONFIDENCE, Optional.of(.7), List.of()),
                    new Check(
                        "whole", Check.Kind.REQUIRED_FIELDS, Optional.empty(), List.of("id"))),
                1,
                .2,
                Optional.of(.5)));
  }

  @Test
  void aHoldoutThatAdaptsIsSaidInAWord() {
    assertThat(Documents.worker("{holdout_share: auto}").holdoutShare())
        .isEqualTo(HoldoutShare.AUTO);
    assertThat(Documents.worker("{holdout_share: 0.01}").holdoutShare())
        .isEqualTo(HoldoutShare.fixed(.01));
  }

  @Test
  void theLadderIsTheCandidatesTiersAboveTheLowest() {
    assertThat(Documents.worker("{preset: small}").escalation()).containsExactly("mid", "frontier");
    assertThat(Documents.worker("{preset: small, candidates: [small, frontier]}").escalation())
        .containsExactly("frontier");
    assertThat(Documents.worker("{preset: small, escalation: []}").escalation()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
      1 | 0.92
      2 | 0.8, 0.95
      3 | 0.8, 0.86, 0.92
      4 | 0.8, 0.86, 0.92, 0.95
      5 | 0.8, 0.8375, 0.875, 0.9125, 0.95
      """)
  void priorMeansRiseByTier(int tiers, String means) {
    // Given
    StringBuilder list = new StringBuilder("[");
    for (int t = 0; t < tiers; t++) {
      list.append("{name: t").append(t).append(", models: [{name: m").append(t);
      list.append(", provider: p}]},");
    }
    // When
    Policy policy = PolicyReader.read(Documents.withTiers(list + "]"), "test.yaml");
    // Then
    assertThat(policy.roles().get("worker").priorMeans()).hasToString("[" + means + "]");
  }

  @Test
  void aRoleOfFewerTiersKeepsThePriorsOfItsTiers() {
    assertThat(Documents.worker("{candidates: [mid, frontier]}").priorMeans())
        .containsExactly(.86, .92);
    assertThat(Documents.worker("{candidates: [small]}").priorMeans()).containsExactly(.92);
  }

  @Test
  void candidatesAreTiersOrModelsAndStandInTierOrder() {
    // Given
    String document =
        """
        tiers:
          - {name: small, models: [{name: haiku, provider: a}, {name: org/mini, provider: b}]}
          - {name: big, models: [{name: opus, provider: a}, {name: max, provider: b}]}
        defaults: {floor: {quality: 0.9}}
        roles:
          a: {candidates: [big, small/org/mini]}
          b: {candidates: [max, org/mini]}
        """;
    // When
    Map<String, RolePolicy> roles = PolicyReader.read(document, "test.yaml").roles();
    // Then
    assertThat(roles.get("a").candidates())
        .extracting(Arm::key)
        .containsExactly("small/org/mini", "big/opus", "big/max");
    assertThat(roles.get("b").candidates())
        .extracting(Arm::key)
        .containsExactly("small/org/mini", "big/max");
  }

  @Test
  void aRolesSettingReplacesTheDefaultAsAWhole() {
    // Given
    String document =
        Documents.TIERS
            + """
            defaults: {label_rate: 0.7, floor: {relative_to_reference: 0.9, confidence: 0.8}}
            roles: {a: {}, b: {floor: {quality: 0.6}}}
            """;
    // When
    Map<String, RolePolicy> roles = PolicyReader.read(document, "test.yaml").roles();
    // Then
    assertThat(roles.get("a").floor().orElseThrow().confidence()).isEqualTo(.8);
    assertThat(roles.get("b").floor().orElseThrow().confidence()).isEqualTo(.9);
    assertThat(roles.get("b").labelRate()).isEqualTo(.7);
  }

  @Test
  void aFixedRoleLearnsNothingWhateverTheDefaultsSay() {
    // Given
    String document =
        Documents.TIERS
            + """
            defaults: {learning: shadow, floor: {quality: 0.9}}
            roles: {a: {}, b: {strategy: fixed, preset: mid}}
            """;
    // When
    Map<String, RolePolicy> roles = PolicyReader.read(document, "test.yaml").roles();
    // Then
    assertThat(roles.get("a").learning()).isEqualTo(RolePolicy.Learning.SHADOW);
    assertThat(roles.get("b").learning()).isEqualTo(RolePolicy.Learning.OFF);
  }

  @Test
  void offIsAWordAndNotFalse() {
    assertThat(Documents.worker("{learning: off}").learning()).isEqualTo(RolePolicy.Learning.OFF);
  }

  @Test
  void cachePricesThatAreLeftOutAreTheInputPrice() {
    // Given
    String price = "price: {input_usd_per_million: 3, output_usd_per_million: 15}";
    String tiers = "[{name: a, models: [{name: m, provider: p, " + price + "}]}]";
    // When
    Policy policy = PolicyReader.read(Documents.withTiers(tiers), "test.yaml");
    // Then
    BigDecimal three = BigDecimal.valueOf(3);
    assertThat(policy.tiers().get(0).models().get(0).price())
        .contains(Price.flat(three, three, three, BigDecimal.valueOf(15)));
  }

  @Test
  void theRestOfThePolicyArrives() {
    // When
    Policy policy =
        PolicyReader.read(
            Documents.with(
                """
                default_role: worker
                precedence: cost_first
                alerts: {quality: true, cost: true}
                pins:
                  - name: home
                    match: {role: worker, data_class: phi, tenant: t, tags: {team: claims}}
                    models: [opus, sonnet]
                """),
            "test.yaml");
    // Then
    assertThat(policy.defaultRole()).contains("worker");
    assertThat(policy.precedence()).isEqualTo(Policy.Precedence.COST_FIRST);
    assertThat(policy.pins())
        .containsExactly(
            new Pin(
                "home",
                Optional.of("worker"),
                Optional.of("phi"),
                Optional.of("t"),
                Map.of("team", "claims"),
                Set.of("opus", "sonnet"),
                false));
  }

  private static Arm arm(String tier, int index, String model) {
    return new Arm(
        tier,
        index,
        new Model(model, "anthropic", List.of(), PriceRule.UNSAID, 1, Optional.empty()));
  }
}
