package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.bandit.HoldoutShare;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyPresetsTest {

  static List<String> names() {
    return PolicyPresets.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyPresetIsAPolicyWithoutFindings(String name) {
    Policy policy = PolicyPresets.read(name);
    assertThat(PolicyValidator.validate(policy)).isEmpty();
    assertThat(policy.tiers()).extracting(Tier::name).containsExactly("small", "mid", "frontier");
  }

  @Test
  void theDefaultThinksAtTheFrontierAndFormatsForCents() {
    // When
    Policy policy = PolicyPresets.read(PolicyPresets.DEFAULT);
    // Then
    assertThat(policy.roles().keySet())
        .containsExactly("planner", "worker", "file-ops", "formatter", "critic");
    assertThat(policy.roles().values())
        .extracting(RolePolicy::presetTier)
        .containsExactly("frontier", "mid", "small", "small", "mid");
    assertThat(policy.roles().get("formatter").strategy()).isEqualTo(RolePolicy.Strategy.FIXED);
    assertThat(policy.roles().get("worker").graduationMinTraces()).isEqualTo(200);
  }

  @Test
  void theShippedRoleMapsProveTheirSavings() {
    for (String name : List.of(PolicyPresets.DEFAULT, "worker-small-critic-frontier")) {
      assertThat(PolicyPresets.read(name).roles().values())
          .extracting(RolePolicy::holdoutShare)
          .containsOnly(HoldoutShare.AUTO);
    }
  }

  @Test
  void theOtherMapJudgesAtTheFrontier() {
    Policy policy = PolicyPresets.read("worker-small-critic-frontier");
    assertThat(policy.roles().get("worker").presetTier()).isEqualTo("small");
    assertThat(policy.roles().get("critic").presetTier()).isEqualTo("frontier");
  }

  @Test
  void bfclLearnsFromTheFirstTaskOn() {
    // When
    Policy policy = PolicyPresets.read("bfcl-claude3");
    // Then
    assertThat(policy.roles()).hasSize(12);
    assertThat(policy.roles().values())
        .allSatisfy(
            role -> {
              assertThat(role.floor())
                  .contains(
                      new QualityFloor(
                          QualityFloor.Kind.RELATIVE_TO_REFERENCE,
                          .98,
                          QualityFloor.Scope.ROLE,
                          .90,
                          .997));
              assertThat(role.priorMeans()).containsExactly(.80, .86, .92);
              assertThat(role.labelRate()).isEqualTo(1);
              assertThat(role.graduationMinTraces()).isZero();
              assertThat(role.learning()).isEqualTo(RolePolicy.Learning.LEARN);
              assertThat(role.presetTier()).isEqualTo("frontier");
            });
    assertThat(
            policy
                .tiers()
                .get(2)
                .models()
                .get(0)
                .price()
                .orElseThrow()
                .base()
                .outputUsdPerMillion())
        .isEqualByComparingTo(BigDecimal.valueOf(75));
  }

  @Test
  void anotherNameIsRefusedWithTheNearestOne() {
    assertThatThrownBy(() -> PolicyPresets.read("planer-frontier"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did you mean 'planner-frontier'?");
  }

  /** What the documentation shows is valid, by the reader and by the published schema. */
  @ParameterizedTest
  @ValueSource(strings = {"pins", "rules", "ceilings", "local-model", "prices"})
  void theExamplesAreValid(String example) throws Exception {
    // Given
    String document = Files.readString(Path.of("src/site/examples/" + example + ".yaml"));
    // When
    Policy policy = PolicyReader.read(document, example);
    // Then
    assertThat(policy.roles()).isNotEmpty();
    assertThat(MiniSchema.ofPolicy().faults(PolicySchemaTest.asJson(document))).isEmpty();
  }
}
