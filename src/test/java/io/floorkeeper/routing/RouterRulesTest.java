package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.policy.PolicyBook;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which tier answers where the policy's rules do: for roles of strategy rules, and until one
 * learns.
 */
class RouterRulesTest extends RouterFixture {
  private static final String RULES =
      """
      roles:
        worker: {strategy: rules, preset: mid, classifier: {}}
        critic: {learning: off, preset: small}
        mover: {strategy: fixed, preset: small}
        judge: {strategy: rules, candidates: [small, frontier], preset: small}
      default_role: worker
      data_classes: [public]
      rules:
        - {name: extract, when: {roles: [worker], steps: [extract], max_input_tokens: 2000}, tier: small}
        - {name: deep, when: {min_depth: 3}, tier: frontier}
        - {name: hard, when: {complexities: [hard]}, tier: frontier}
        - {name: simple, when: {complexities: [simple], roles: [worker]}, tier: small}
        - {name: debate, when: {collaborations: [debate], tags: {team: claims}}, tier: mid}
      pins: [{name: phi, match: {data_class: phi}, models: [haiku, sonnet]}]
      """;

  private final AllocationSnapshot snapshot = Snapshots.of(Snapshots.published(RULES));

  @ParameterizedTest
  @CsvSource({
    // role, step, tokens, tools, depth, complexity -> tier, rule
    "worker, extract, 1800,   ,  ,       , small,    extract",
    "worker, extract, 2001,   ,  ,       , mid,      ",
    "worker, extract,     ,   ,  ,       , mid,      ",
    "worker,        ,  500,  1, 1,       , small,    simple",
    "worker,        , 9000,   ,  ,       , frontier, hard",
    "worker,        , 9000,   ,  , simple, small,    simple",
    "worker,        ,     ,   , 3,       , frontier, deep",
    "critic,        , 9000,   ,  ,       , small,    ",
    "critic,        ,     ,   ,  , hard  , frontier, hard",
    "critic,        ,     ,   , 7,       , frontier, deep",
    "mover,         ,     ,   , 7, hard  , small,    ",
    "cook,   extract,  100,   ,  ,       , small,    extract",
  })
  void theFirstRuleThatMatchesAnswersElseThePreset(
      String role,
      String step,
      Long tokens,
      Integer tools,
      Integer depth,
      String complexity,
      String tier,
      String rule) {
    // When
    Decision decision =
        decide(
            snapshot,
            request(role, step, null, null, context(tokens, tools, depth, complexity), "public"));
    // Then
    assertThat(decision.arm().arm().tier()).isEqualTo(tier);
    assertThat(decision.constraints())
        .filteredOn(told -> told.startsWith("rule:"))
        .isEqualTo(rule == null ? java.util.List.of() : java.util.List.of("rule:" + rule));
    assertThat(decision.propensity()).isOne();
    if (rule != null) {
      assertThat(decision.reason()).isEqualTo(Reason.RULE);
    }
  }

  @Test
  void aRuleAsksForAllThatItNames() {
    assertThat(
            decide(
                    snapshot,
                    request("critic", null, "debate", Map.of("team", "claims"), null, "public"))
                .reason())
        .isEqualTo(Reason.RULE);
    assertThat(decide(snapshot, request("critic", null, "debate", null, null, "public")).reason())
        .isEqualTo(Reason.PRESET);
  }

  @Test
  void whereTheRoleHasNoCandidateOfTheTierTheNextStrongerAnswers() {
    // When
    Decision decision =
        decide(
            snapshot, request("judge", null, "debate", Map.of("team", "claims"), null, "public"));
    // Then
    assertThat(decision.arm().arm().tier()).isEqualTo("frontier");
    assertThat(decision.constraints()).contains("rule:debate");
  }

  @Test
  void noRuleLeavesAPin() {
    // When
    Decision decision =
        decide(snapshot, request("worker", null, null, null, context(null, null, 9, null), "phi"));
    // Then
    assertThat(decision.arm().arm().tier()).as("the strongest within the pin").isEqualTo("mid");
    assertThat(decision.constraints()).containsExactly("pin:phi", "rule:deep");
  }

  @Test
  void aRoleThatLearnsIsNotAskedForRules() {
    // Given
    PolicyBook.Published learning =
        Snapshots.published(
            """
            roles: {worker: {}}
            rules: [{name: all, when: {roles: [worker]}, tier: frontier}]
            """);
    // When
    Decision decision = decide(Snapshots.of(learning, Snapshots.midIsProven()), Ask.worker());
    // Then
    assertThat(decision.constraints()).noneMatch(told -> told.startsWith("rule:"));
  }

  private static RouteRequest.Context context(
      Long tokens, Integer tools, Integer depth, String complexity) {
    return new RouteRequest.Context(tokens, null, tools, depth, complexity);
  }

  private static Ask request(
      String role,
      String step,
      String collaboration,
      Map<String, String> tags,
      RouteRequest.Context context,
      String dataClass) {
    return new Ask(
        new RouteRequest(
            role,
            collaboration,
            null,
            null,
            step,
            dataClass,
            tags,
            context,
            null,
            null,
            null,
            null));
  }
}
