package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.floorkeeper.learning.Facts;
import io.floorkeeper.learning.LearningService;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.EvaluationTarget;
import io.floorkeeper.ledger.InvalidDecisionIdException;
import io.floorkeeper.ledger.KeyBook;
import io.floorkeeper.ledger.OutcomeRepository;
import io.floorkeeper.ledger.OutcomeRepository.OutcomeKey;
import io.floorkeeper.ledger.OutcomeRepository.RequestKey;
import io.floorkeeper.ledger.TargetedEvaluation;
import io.floorkeeper.ledger.TotalsRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Outcomes: from their topic to the evidence, each key once. The first request of a key decides for
 * all of its items: of another body under the same key nothing is taken.
 */
@ApplicationScoped
class OutcomeHandler implements BatchHandler {
  private final OutcomeRepository outcomes;
  private final KeyBook keys;
  private final LearningService learning;
  private final TotalsRepository totals;
  private final ObjectReader records;

  OutcomeHandler(
      OutcomeRepository outcomes,
      KeyBook keys,
      LearningService learning,
      TotalsRepository totals,
      ObjectMapper json) {
    this.outcomes = outcomes;
    this.keys = keys;
    this.learning = learning;
    this.totals = totals;
    // A newer replica may write fields that this one does not know.
    this.records =
        json.readerFor(OutcomeRecord.class)
            .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }

  private record Read(
      ConsumerRecord<byte[], byte[]> source, OutcomeRecord outcome, TargetedEvaluation told) {
    OutcomeKey key() {
      return new OutcomeKey(outcome.scope(), outcome.key(), outcome.item());
    }

    RequestKey request() {
      return new RequestKey(outcome.scope(), outcome.key());
    }
  }

  @Override
  public List<DeadLetter> apply(Connection connection, StreamBatch batch) throws SQLException {
    TreeMap<String, Long> counts = new TreeMap<>();
    List<DeadLetter> deadLetters = new ArrayList<>();
    List<Read> all = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
      try {
        all.add(read(record));
      } catch (IOException | InvalidDecisionIdException e) {
        deadLetters.add(DeadLetter.record(record, "broken_outcome", "no outcome of this service"));
      }
    }
    List<Read> believed = new ArrayList<>();
    Map<RequestKey, String> deciding =
        outcomes.deciding(connection, all.stream().map(Read::request).collect(Collectors.toSet()));
    for (Read one : all) {
      // Of one key all records are in one partition, in the order in which they were taken.
      deciding.putIfAbsent(one.request(), one.outcome.bodySha256());
      if (deciding.get(one.request()).equals(one.outcome.bodySha256())) {
        believed.add(one);
      } else {
        deadLetters.add(
            DeadLetter.record(
                one.source, "idempotency_key_reused", "its key was taken with another body"));
      }
    }
    Map<OutcomeKey, String> hashes = new LinkedHashMap<>();
    believed.forEach(one -> hashes.putIfAbsent(one.key(), one.outcome.bodySha256()));
    Set<OutcomeKey> fresh = outcomes.take(connection, hashes);
    List<TargetedEvaluation> told = new ArrayList<>();
    for (Read one : believed) {
      if (fresh.remove(one.key())) {
        told.add(one.told);
      } else {
        counts.merge("outcomes_duplicates", 1L, Long::sum);
      }
    }
    counts.put("outcomes", (long) all.size());
    counts.put("outcome_dead_letters", (long) deadLetters.size());
    learning
        .apply(connection, new Facts(List.of(), List.of(), told))
        .forEach((name, by) -> counts.merge(name, by, Long::sum));
    totals.add(connection, counts);
    return deadLetters;
  }

  @Override
  public List<DeadLetter> giveUp(Connection connection, DeadLetter letter) throws SQLException {
    totals.add(connection, new TreeMap<>(Map.of("outcome_dead_letters", 1L)));
    return List.of(letter);
  }

  private Read read(ConsumerRecord<byte[], byte[]> record) throws IOException {
    OutcomeRecord outcome =
        records.readValue(record.value() == null ? new byte[0] : record.value());
    if (outcome == null
        || outcome.key() == null
        || outcome.name() == null
        || outcome.at() == null
        || outcome.bodySha256() == null
        || outcome.bodySha256().length() != 64) {
      throw new IOException("a field is missing");
    }
    return new Read(
        record,
        outcome,
        new TargetedEvaluation(
            target(outcome),
            new Evaluation(
                outcome.name(),
                Optional.ofNullable(outcome.score()),
                Optional.empty(),
                Optional.ofNullable(outcome.passed()),
                Optional.ofNullable(outcome.labelProbability()),
                Optional.ofNullable(outcome.identifier())),
            outcome.at(),
            outcome.origin(),
            outcome.scope() < 0 ? OptionalInt.empty() : OptionalInt.of(outcome.scope())));
  }

  private EvaluationTarget target(OutcomeRecord outcome) throws IOException {
    if (outcome.decisionId() != null) {
      return new EvaluationTarget.OfDecision(keys.current().verify(outcome.decisionId()));
    }
    if (outcome.traceId() != null && outcome.spanId() != null) {
      return new EvaluationTarget.OfSpan(outcome.traceId(), outcome.spanId());
    }
    if (outcome.sessionId() != null) {
      return new EvaluationTarget.OfSession(outcome.sessionId());
    }
    throw new IOException("it names nothing");
  }
}
