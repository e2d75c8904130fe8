package io.floorkeeper.learning;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.EvaluationTarget;
import io.floorkeeper.ledger.StoredEvaluation;
import io.floorkeeper.ledger.StoredEvaluation.Key;
import io.floorkeeper.ledger.StoredEvaluation.Place;
import io.floorkeeper.ledger.TargetKey;
import io.floorkeeper.ledger.TargetedEvaluation;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Judgements as they are kept: of a label its verdict alone. Pure. */
final class EvaluationRows {
  private static final int LONGEST_TEXT = RewardModel.LONGEST_NAME;

  private EvaluationRows() {}

  /** What calls carry: of those that teach alone, for others have no episode. */
  static List<StoredEvaluation> carried(List<JudgedCall> teaching) {
    TreeMap<Key, StoredEvaluation> rows = new TreeMap<>();
    for (JudgedCall judged : teaching) {
      Call call = judged.attributed().call();
      for (Evaluation evaluation : call.evaluations()) {
        if (isKept(evaluation)) {
          StoredEvaluation row =
              stored(
                  TargetKey.span(call.traceId(), call.spanId()),
                  StoredEvaluation.OWN,
                  0,
                  evaluation,
                  call.startedAt().plusMillis(call.latencyMillis()),
                  "",
                  Optional.of(
                      new Place(
                          ByteBuffer.wrap(judged.decision().root()), judged.ofEpisode().rank())));
          rows.merge(row.key(), row, EvaluationRows::later);
        }
      }
    }
    return List.copyOf(rows.values());
  }

  /** What came by itself and has found nothing yet. */
  static StoredEvaluation told(TargetedEvaluation one) {
    return stored(
        TargetKey.of(one.target()),
        one.tenantNo().orElse(StoredEvaluation.ALL_TENANTS),
        one.target() instanceof EvaluationTarget.OfDecision of ? of.decision().rung() : 0,
        one.evaluation(),
        one.saidAt(),
        one.source(),
        Optional.empty());
  }

  static boolean isKept(Evaluation evaluation) {
    return evaluation.name().length() <= LONGEST_TEXT
        && evaluation.identifier().map(String::length).orElse(0) <= LONGEST_TEXT;
  }

  static StoredEvaluation later(StoredEvaluation one, StoredEvaluation other) {
    return StoredEvaluation.LATEST.compare(one, other) >= 0 ? one : other;
  }

  private static StoredEvaluation stored(
      TargetKey target,
      int scope,
      int rung,
      Evaluation evaluation,
      Instant saidAt,
      String source,
      Optional<Place> place) {
    return new StoredEvaluation(
        new Key(target, scope, rung, evaluation.name(), evaluation.identifier().orElse("")),
        new Evaluation(
            evaluation.name(),
            evaluation.score(),
            Optional.empty(),
            RewardModel.passed(evaluation),
            evaluation.labelProbability(),
            evaluation.identifier()),
        saidAt.truncatedTo(ChronoUnit.MICROS),
        source,
        place);
  }
}
