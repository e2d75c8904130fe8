package io.floorkeeper.ledger;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Somebody's judgement of a call, as it was sent: not yet normalised (the policy knows the scales).
 *
 * @param name of the evaluation; {@code floorkeeper.check} where a deterministic check has none
 * @param score as sent, on whatever scale
 * @param label as sent
 * @param passed the verdict of a deterministic check
 * @param labelProbability with which the source asks for a label given the outcome; empty: 1
 * @param identifier of the evaluator: a later score of the same name and identifier replaces this
 *     one
 */
public record Evaluation(
    String name,
    Optional<Double> score,
    Optional<String> label,
    Optional<Boolean> passed,
    Optional<Double> labelProbability,
    Optional<String> identifier) {
  private static final Set<String> GOOD =
      Set.of("pass", "passed", "true", "correct", "good", "yes");
  private static final Set<String> BAD =
      Set.of("fail", "failed", "false", "incorrect", "bad", "no");

  /** The verdict behind a label; empty: it is none. */
  public static Optional<Boolean> verdictOf(String label) {
    String word = label.toLowerCase(Locale.ROOT);
    if (GOOD.contains(word)) {
      return Optional.of(true);
    }
    return BAD.contains(word) ? Optional.of(false) : Optional.empty();
  }

  /** All labels that are verdicts. */
  public static SortedSet<String> verdicts() {
    SortedSet<String> all = new TreeSet<>(GOOD);
    all.addAll(BAD);
    return all;
  }
}
