package io.floorkeeper.learning;

import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.policy.EvaluationRule;
import io.floorkeeper.policy.RolePolicy;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * From what was said of a call to its quality in [0, 1]. Pure.
 *
 * <p>Scores are not normalised by those who send them: where the role names its evaluations, each
 * is brought onto [0, 1] by its range and direction, and several are averaged by weight. Where it
 * names none, verdicts and scores already in [0, 1] count alike. What cannot be placed is no label:
 * a missing label is no update, never 0.
 */
final class RewardModel {
  private static final double MICROS = 1e6;

  /** Characters of a name or identifier beyond which an evaluation is none. */
  static final int LONGEST_NAME = 200;

  private RewardModel() {}

  /** Doubles do not add up alike in every order. */
  private static final Comparator<Evaluation> ORDER =
      Comparator.comparing(Evaluation::name).thenComparing(e -> e.identifier().orElse(""));

  /**
   * The label that {@code evaluations} of one thing give, by the rules of {@code role}; empty:
   * none. Their order does not matter. Of several label probabilities that of the last name counts.
   *
   * @param evaluations distinct in name and identifier
   */
  static Optional<Label> label(Collection<Evaluation> evaluations, RolePolicy role) {
    Map<String, EvaluationRule> rules =
        role.evaluations().stream()
            .collect(Collectors.toMap(EvaluationRule::name, Function.identity()));
    double weights = 0;
    double sum = 0;
    double probability = 1;
    for (Evaluation evaluation : evaluations.stream().sorted(ORDER).toList()) {
      EvaluationRule rule = rules.get(evaluation.name());
      if (rule == null && !rules.isEmpty()
          || evaluation.name().length() > LONGEST_NAME
          || evaluation.identifier().map(String::length).orElse(0) > LONGEST_NAME) {
        continue;
      }
      OptionalDouble quality = rule == null ? unruled(evaluation) : ruled(evaluation, rule);
      if (quality.isEmpty()) {
        continue;
      }
      double weight = rule == null ? 1 : rule.weight();
      weights += weight;
      sum += weight * quality.getAsDouble();
      probability = evaluation.labelProbability().orElse(probability);
    }
    if (weights == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Label(Math.round(MICROS / probability), (int) Math.round(MICROS * sum / weights)));
  }

  /**
   * Why one evaluation alone gives no label, as the totals say it; empty: it gives one.
   *
   * @param role empty: its role is in no policy
   */
  static Optional<String> unlabelling(Evaluation evaluation, Optional<RolePolicy> role) {
    if (role.isEmpty()) {
      return Optional.of("unknown_role");
    }
    if (label(List.of(evaluation), role.get()).isPresent()) {
      return Optional.empty();
    }
    boolean known =
        role.get().evaluations().isEmpty()
            || role.get().evaluations().stream().anyMatch(r -> r.name().equals(evaluation.name()));
    return Optional.of(known ? "off_scale" : "unknown_name");
  }

  private static OptionalDouble ruled(Evaluation evaluation, EvaluationRule rule) {
    if (evaluation.score().isEmpty()) {
      return verdict(evaluation);
    }
    double share = (evaluation.score().get() - rule.low()) / (rule.high() - rule.low());
    if (!(share >= 0 && share <= 1)) {
      return OptionalDouble.empty(); // off its own scale: not believed, not clipped
    }
    return OptionalDouble.of(rule.higherIsBetter() ? share : 1 - share);
  }

  private static OptionalDouble unruled(Evaluation evaluation) {
    OptionalDouble verdict = verdict(evaluation);
    if (verdict.isPresent()) {
      return verdict;
    }
    return evaluation
        .score()
        .filter(score -> score >= 0 && score <= 1)
        .map(OptionalDouble::of)
        .orElse(OptionalDouble.empty());
  }

  private static OptionalDouble verdict(Evaluation evaluation) {
    return passed(evaluation)
        .map(passed -> OptionalDouble.of(passed ? 1 : 0))
        .orElse(OptionalDouble.empty());
  }

  /**
   * The verdict behind its label, where it is one and there is no score: all that is ever used of a
   * label, so all that has to be kept.
   */
  static Optional<Boolean> passed(Evaluation evaluation) {
    if (evaluation.passed().isPresent()) {
      return evaluation.passed();
    }
    if (evaluation.score().isEmpty()) {
      return evaluation.label().flatMap(Evaluation::verdictOf);
    }
    return Optional.empty();
  }
}
