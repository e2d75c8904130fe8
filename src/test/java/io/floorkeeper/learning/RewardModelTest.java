package io.floorkeeper.learning;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.bandit.HoldoutShare;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.policy.CostCeiling;
import io.floorkeeper.policy.EvaluationRule;
import io.floorkeeper.policy.RolePolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RewardModelTest {
  private static final EvaluationRule RELEVANCE = new EvaluationRule("relevance", 1, 5, true, 3);
  private static final EvaluationRule TOXICITY = new EvaluationRule("toxicity", 0, 1, false, 1);

  @Test
  void aVerdictIsOneOrZero() {
    assertThat(label(role(), verdict(true))).contains(new Label(1_000_000, 1_000_000));
    assertThat(label(role(), verdict(false))).contains(new Label(1_000_000, 0));
  }

  @Test
  void aScoreIsBroughtOntoItsScaleAndDirection() {
    assertThat(label(role(RELEVANCE), score("relevance", 4)))
        .contains(new Label(1_000_000, 750_000));
    assertThat(label(role(TOXICITY), score("toxicity", .2)))
        .contains(new Label(1_000_000, 800_000));
  }

  @Test
  void severalScoresAreAveragedByWeight() {
    assertThat(label(role(RELEVANCE, TOXICITY), score("relevance", 5), score("toxicity", 1)))
        .contains(new Label(1_000_000, 750_000));
  }

  @Test
  void whatThePolicyDoesNotNameOrThePlaceDoesNotFitIsNoLabel() {
    assertThat(label(role(RELEVANCE), score("style", 1))).isEmpty();
    assertThat(label(role(RELEVANCE), score("relevance", 7))).isEmpty();
    assertThat(label(role(), score("stars", 4))).isEmpty();
    assertThat(label(role())).isEmpty();
  }

  @Test
  void withoutRulesAFractionIsTakenAsItIs() {
    assertThat(label(role(), score("judge", .35))).contains(new Label(1_000_000, 350_000));
  }

  @Test
  void aSourceThatSamplesIsWeighedBack() {
    Evaluation sampled =
        new Evaluation(
            "judge",
            Optional.of(0.0),
            Optional.empty(),
            Optional.empty(),
            Optional.of(.25),
            Optional.empty());

    assertThat(label(role(), sampled)).contains(new Label(4_000_000, 0));
  }

  private static Optional<Label> label(RolePolicy role, Evaluation... evaluations) {
    return RewardModel.label(List.of(evaluations), role);
  }

  private static Evaluation verdict(boolean passed) {
    return new Evaluation(
        "floorkeeper.check",
        Optional.empty(),
        Optional.empty(),
        Optional.of(passed),
        Optional.empty(),
        Optional.empty());
  }

  private static Evaluation score(String name, double score) {
    return new Evaluation(
        name,
        Optional.of(score),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static RolePolicy role(EvaluationRule... rules) {
    return new RolePolicy(
        "worker",
        RolePolicy.Strategy.LEARN,
        RolePolicy.Learning.LEARN,
        List.of(),
        "small",
        Optional.empty(),
        CostCeiling.NONE,
        List.of(),
        List.of(rules),
        false,
        1,
        5_545,
        .03,
        .01,
        HoldoutShare.NONE,
        0,
        .98,
        List.of(),
        1,
        1,
        0,
        Optional.empty(),
        Duration.ofHours(1),
        Optional.empty(),
        List.of(),
        0,
        0,
        Optional.empty());
  }
}
