package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two documents -> what changes, in words. */
class PolicyDiffTest {
  private static final String DOCUMENT =
      """
      tiers:
        - {name: small, models: [{name: haiku, provider: acme, price: {input_usd_per_million: 1, output_usd_per_million: 5}}]}
        - {name: mid, models: [{name: sonnet, provider: acme, price: {input_usd_per_million: 3, output_usd_per_million: 15}}]}
        - {name: frontier, models: [{name: opus, provider: acme, price: {input_usd_per_million: 15, output_usd_per_million: 75}}]}
      defaults: {strategy: learn, learning: learn, preset: mid}
      roles:
        worker: {floor: {quality: .90}, candidates: [mid, frontier]}
        critic: {floor: {quality: .80}, escalation: [mid, frontier]}
      pins:
        - {name: phi, match: {data_class: phi}, models: [opus]}
      """;

  /** Everything was learned but the small model of the worker. */
  private static final ArmKnowledge LEARNED =
      (role, arm) -> Set.of("mid/sonnet", "frontier/opus").contains(arm) || role.equals("critic");

  @Test
  void whatSaysTheSameChangesNothing() {
    assertThat(lines("roles:", "roles: # a comment")).isEmpty();
  }

  @Test
  void aRoleIsOneLineAndSaysWhatStaysOfItsPosteriors() {
    assertThat(
            lines(
                "worker: {floor: {quality: .90}, candidates: [mid, frontier]}",
                "worker: {floor: {quality: .93}, candidates: [small, mid]}"))
        .containsExactly(
            "worker: candidate frontier/opus removed; candidate small/haiku added;"
                + " floor 0.9 -> 0.93; ladder changed: frontier -> mid, first-pass sums kept, chains"
                + " start anew; 1 posterior kept, 1 new from its tier's prior");
  }

  @Test
  void withoutAServiceItSpeaksOfArms() {
    assertThat(
            PolicyDiff.between(
                    read(DOCUMENT),
                    read(
                        DOCUMENT.replace(
                            "critic: {floor: {quality: .80}",
                            "critic: {floor: {relative_to_reference: .95}")),
                    Optional.empty())
                .lines())
        .containsExactly("critic: floor 0.8 -> 0.95 of the reference; 3 arms kept");
  }

  @Test
  void anArmThatComesBackBringsWhatItHadLearned() {
    assertThat(
            lines(
                DOCUMENT.replace("[mid, frontier]}\n  critic", "[mid]}\n  critic"),
                DOCUMENT,
                LEARNED))
        .singleElement()
        .asString()
        .startsWith("worker: candidate frontier/opus added; ")
        .endsWith("; 1 posterior kept, 1 back with what it had learned");
  }

  @Test
  void aLadderSaysWhatIsKept() {
    assertThat(lines("escalation: [mid, frontier]", "escalation: [frontier]"))
        .singleElement()
        .asString()
        .contains(
            "ladder changed: mid > frontier -> frontier, first-pass sums kept, chains start anew")
        .endsWith("3 posteriors kept");
  }

  @Test
  void rolesComeAndGo() {
    assertThat(lines("  critic: {floor: {quality: .80}", "  judge: {floor: {quality: .80}"))
        .containsExactly(
            "role critic removed; what was learned stays and counts again if it returns",
            "role judge added: learn, learning learn, preset mid, floor 0.8;"
                + " 2 back with what it had learned, 1 new from its tier's prior");
  }

  @Test
  void aPinThatIsLoosenedStandsFirstAndLoud() {
    PolicyDiff.Changes changes =
        changes(
            DOCUMENT,
            DOCUMENT
                .replace("models: [opus]", "models: [opus, sonnet]")
                .replace("quality: .90", "quality: .91"));
    assertThat(changes.loosensPins()).isTrue();
    assertThat(changes.lines().get(0)).isEqualTo("PIN LOOSENED: phi: allows sonnet as well");
    assertThat(changes(DOCUMENT, DOCUMENT.substring(0, DOCUMENT.indexOf("pins:"))).lines())
        .startsWith("PIN LOOSENED: pin phi removed (data class phi -> opus)");
    assertThat(
            changes(
                    DOCUMENT,
                    DOCUMENT.replace(
                        "match: {data_class: phi}", "match: {data_class: phi, role: worker}"))
                .loosensPins())
        .as("another condition lets requests out")
        .isTrue();
  }

  @Test
  void aPinThatIsAddedOrTightenedIsNot() {
    String wide = DOCUMENT.replace("models: [opus]", "models: [opus, sonnet]");
    assertThat(changes(wide, DOCUMENT).lines())
        .containsExactly("pin tightened: phi: no longer allows sonnet");
    assertThat(changes(wide, DOCUMENT).loosensPins()).isFalse();
    assertThat(
            changes(
                    DOCUMENT,
                    DOCUMENT
                        + "  - {name: eu, match: {tenant: default, tags: {region: eu}}, models: [haiku]}\n")
                .lines())
        .containsExactly("pin eu added: tenant default, tags {region=eu} -> haiku");
  }

  @Test
  void pricesDefaultRoleAndPrecedenceAreTold() {
    assertThat(lines("input_usd_per_million: 3,", "input_usd_per_million: 2.5,"))
        .singleElement()
        .asString()
        .contains("model mid/sonnet: price USD per million in 3 ")
        .contains("-> USD per million in 2.5 ");
    assertThat(
            changes(DOCUMENT, DOCUMENT + "default_role: worker\nprecedence: cost_first\n").lines())
        .containsExactlyInAnyOrder(
            "default_role none -> worker", "precedence quality_first -> cost_first");
  }

  @Test
  void noSettingOfARoleChangesInSilence() {
    for (String setting :
        List.of(
            "strategy: fixed",
            "learning: shadow",
            "preset: small",
            "label_rate: .5",
            "half_life_calls: 777",
            "exploration: .01",
            "per_arm_exploration: .02",
            "holdout_share: .02",
            "control_share: .03",
            "fallback_relative_floor: .8",
            "errors_count_as_zero: true",
            "reward_wait: PT9H",
            "reward_default: .5",
            "graduation: {min_traces: 7}",
            "expected_tokens: {input: 9, output: 9}",
            "prior_means: [.5, .6, .7]",
            "ceiling: {cost_usd_per_call: .5}",
            "context: {collaborations: [a]}",
            "evaluations: [{name: x, range: [0, 1]}]")) {
      String key = setting.substring(0, setting.indexOf(':'));
      String changed =
          DOCUMENT.replace(
              "critic: {floor: {quality: .80},",
              "critic: {floor: {quality: .80}, " + setting + ",");
      assertThat(changes(DOCUMENT, changed).lines())
          .as(setting)
          .singleElement()
          .asString()
          .startsWith("critic: ")
          .contains(key)
          .doesNotContain("()", "@", "[]");
    }
  }

  @Test
  void theHoldoutIsAutoNoneOrANumber() {
    String auto = "critic: {floor: {quality: .80}, holdout_share: auto,";
    String before = DOCUMENT.replace("critic: {floor: {quality: .80},", auto);
    assertThat(changes(before, before.replace("share: auto", "share: 0")).lines())
        .singleElement()
        .asString()
        .contains("holdout_share auto -> none");
    assertThat(changes(before, before.replace("share: auto", "share: .02")).lines())
        .singleElement()
        .asString()
        .contains("holdout_share auto -> 0.02");
  }

  private static List<String> lines(String before, String after) {
    assertThat(DOCUMENT).contains(before);
    return changes(DOCUMENT, DOCUMENT.replace(before, after)).lines();
  }

  private static List<String> lines(String from, String to, ArmKnowledge knowledge) {
    return PolicyDiff.between(read(from), read(to), Optional.of(knowledge)).lines();
  }

  private static PolicyDiff.Changes changes(String from, String to) {
    return PolicyDiff.between(read(from), read(to), Optional.of(LEARNED));
  }

  private static Policy read(String document) {
    return PolicyReader.read(document, "test");
  }
}
