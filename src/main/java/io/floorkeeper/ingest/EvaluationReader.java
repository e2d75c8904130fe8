package io.floorkeeper.ingest;

import io.floorkeeper.ledger.Evaluation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The judgements that a model call carries itself. One without a name, or with neither score nor
 * label nor verdict, judges nothing and is passed over; of two with one name and identifier the
 * later replaces the earlier.
 */
final class EvaluationReader {
  /** What a deterministic check is called that has no name. */
  static final String UNNAMED_CHECK = "floorkeeper.check";

  private EvaluationReader() {}

  static List<Evaluation> read(RawSpan span, Dialect dialect) {
    Attributes attributes = new Attributes(span.attributes());
    Optional<Double> probability = labelProbability(attributes);
    List<Evaluation> found = new ArrayList<>();
    check(attributes, probability).ifPresent(found::add);
    for (Dialect.EvaluationKeys keys : dialect.evaluationAttributes()) {
      for (int i : keys.indices(span.attributes().keySet())) {
        judgement(attributes, keys.at(i), probability).ifPresent(found::add);
      }
    }
    for (RawSpan.Event event : span.events()) {
      Dialect.EvaluationKeys keys = dialect.evaluationEvents().get(event.name());
      if (keys != null) {
        judgement(new Attributes(event.attributes()), keys, probability).ifPresent(found::add);
      }
    }
    Map<List<Object>, Evaluation> latest = new LinkedHashMap<>();
    found.forEach(e -> latest.put(List.of(e.name(), e.identifier()), e));
    return List.copyOf(latest.values());
  }

  private static Optional<Evaluation> check(Attributes attributes, Optional<Double> probability) {
    return attributes
        .first(FloorkeeperKeys.CHECK_PASSED)
        .map(
            passed ->
                new Evaluation(
                    attributes.text(FloorkeeperKeys.CHECK_NAME).orElse(UNNAMED_CHECK),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(verdict(passed)),
                    probability,
                    Optional.empty()));
  }

  private static boolean verdict(Attributes.Found passed) {
    String text = passed.text();
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      return Boolean.parseBoolean(text);
    }
    throw new DisbeliefException("wrong_type", passed.key(), "neither true nor false");
  }

  /** One label weighs 1/p: below this a single one would drown all others. */
  private static final double LEAST_PROBABILITY = .001;

  private static Optional<Double> labelProbability(Attributes attributes) {
    return attributes
        .first(FloorkeeperKeys.LABEL_PROBABILITY)
        .map(
            found -> {
              double probability = Numbers.finite(found.key(), found.value());
              if (!(probability >= LEAST_PROBABILITY && probability <= 1)) {
                throw new DisbeliefException("out_of_range", found.key(), "not in [0.001, 1]");
              }
              return probability;
            });
  }

  private static Optional<Evaluation> judgement(
      Attributes attributes, Dialect.EvaluationKeys keys, Optional<Double> probability) {
    Optional<String> name = attributes.text(keys.name());
    Optional<Double> score =
        attributes.first(keys.score()).map(found -> Numbers.finite(found.key(), found.value()));
    Optional<String> label = attributes.text(keys.label());
    if (name.isEmpty() || (score.isEmpty() && label.isEmpty())) {
      return Optional.empty();
    }
    return Optional.of(
        new Evaluation(
            name.get(),
            score,
            label,
            Optional.empty(),
            probability,
            attributes.text(keys.identifier())));
  }
}
