package io.floorkeeper.ingest;

import io.floorkeeper.learning.Facts;
import io.floorkeeper.learning.LearningService;
import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.CallWindow;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.ledger.InvalidDecisionIdException;
import io.floorkeeper.ledger.KeyBook;
import io.floorkeeper.ledger.SpanLink;
import io.floorkeeper.ledger.TargetedEvaluation;
import io.floorkeeper.ledger.TotalsRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Batches of spans and of log records: bytes to spans to calls to evidence; what cannot be read
 * becomes dead letters.
 */
@ApplicationScoped
class SpanHandler implements BatchHandler {

  private final OtlpDecoder decoder;
  private final SpanReader reader;
  private final KeyBook keys;
  private final JudgingDesk desk;
  private final CallWindow window;
  private final LearningService learning;
  private final TotalsRepository totals;
  private final Set<String> logTopics;

  SpanHandler(
      OtlpDecoder decoder,
      SpanReader reader,
      KeyBook keys,
      JudgingDesk desk,
      CallWindow window,
      LearningService learning,
      TotalsRepository totals,
      IngestSettings settings) {
    this.decoder = decoder;
    this.reader = reader;
    this.keys = keys;
    this.desk = desk;
    this.window = window;
    this.learning = learning;
    this.totals = totals;
    this.logTopics = Set.copyOf(settings.logTopics());
  }

  /** What a batch is taken apart into. */
  private static final class Sorted {
    final List<AttributedCall> calls = new ArrayList<>();
    final List<SpanLink> links = new ArrayList<>();
    final List<TargetedEvaluation> evaluations = new ArrayList<>();
    final List<DeadLetter> deadLetters = new ArrayList<>();
    final TreeMap<String, Long> counts = new TreeMap<>();

    /** The calls of a task come together and carry one id: it is verified once a batch. */
    final Map<String, DecisionId> verified = new HashMap<>();

    void count(String name, long by) {
      counts.merge(name, by, Long::sum);
    }

    Facts facts() {
      return new Facts(calls, links, evaluations);
    }
  }

  @Override
  public List<DeadLetter> apply(Connection connection, StreamBatch batch) throws SQLException {
    return prepare(batch).apply(connection);
  }

  @Override
  public Prepared prepare(StreamBatch batch) {
    Sorted sorted = new Sorted();
    sorted.count("dead_letters", 0);
    DecisionKeys verifying = keys.current();
    for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
      sorted.count("records", 1);
      Decoded decoded = decoder.decode(record.value(), expected(record));
      if (decoded instanceof Decoded.Undecodable undecodable) {
        sorted.count("dead_letters", 1);
        sorted.deadLetters.add(
            DeadLetter.record(record, undecodable.code(), undecodable.message()));
      } else if (decoded instanceof Decoded.Spans spans) {
        read(record, spans, verifying, sorted);
      }
    }
    sorted.verified.clear();
    return new Read(batch, sorted);
  }

  /** Read, and to be applied once. */
  private final class Read implements Prepared {
    private final StreamBatch batch;
    private final Sorted sorted;
    private long duplicates;

    Read(StreamBatch batch, Sorted sorted) {
      this.batch = batch;
      this.sorted = sorted;
    }

    @Override
    public List<DeadLetter> apply(Connection connection) throws SQLException {
      TreeMap<String, Long> counts = new TreeMap<>(sorted.counts);
      Judging judging = desk.judging(connection, batch);
      learning
          .apply(connection, sorted.facts(), judging.policy(), judging.catalogue())
          .forEach((name, by) -> counts.merge(name, by, Long::sum));
      duplicates = counts.getOrDefault("duplicates", 0L);
      totals.add(connection, counts);
      return sorted.deadLetters;
    }

    @Override
    public long items() {
      return sorted.counts.getOrDefault("spans", 0L)
          + sorted.counts.getOrDefault("log_records", 0L);
    }

    @Override
    public long duplicates() {
      return duplicates;
    }
  }

  @Override
  public List<DeadLetter> giveUp(Connection connection, DeadLetter letter) throws SQLException {
    totals.add(connection, new TreeMap<>(Map.of("records", 1L, "dead_letters", 1L)));
    return List.of(letter);
  }

  private RawSpan.Signal expected(ConsumerRecord<byte[], byte[]> record) {
    return logTopics.contains(record.topic()) ? RawSpan.Signal.LOG : RawSpan.Signal.SPAN;
  }

  private void read(
      ConsumerRecord<byte[], byte[]> record,
      Decoded.Spans spans,
      DecisionKeys verifying,
      Sorted sorted) {
    RecordLetters letters = new RecordLetters(record);
    spans.rejected().forEach(letters::add);
    sorted.count("spans", (long) spans.items() - spans.logRecords());
    if (spans.logRecords() > 0) {
      sorted.count("log_records", spans.logRecords());
    }
    if (spans.badLinks() > 0) {
      sorted.count("links_to_nowhere", spans.badLinks());
    }
    for (RawSpan span : spans.spans()) {
      SamplingMark.of(span).ifPresent(mark -> mark.totals().forEach(name -> sorted.count(name, 1)));
      SpanReading reading = reader.read(span);
      if (reading instanceof SpanReading.ModelCall modelCall) {
        sorted.evaluations.addAll(modelCall.evaluations());
        reading = take(modelCall.call(), verifying, sorted);
      } else if (reading instanceof SpanReading.NotACall notACall) {
        sorted.count("not_calls", 1);
        if (notACall.evaluations().isEmpty() && carriesDecision(span)) {
          sorted.count(CorrelationReport.ON_NO_CALL, 1);
          sorted.count(CorrelationReport.ON_NO_CALL + ":" + notACall.reason(), 1);
        }
        notACall.link().ifPresent(sorted.links::add);
        sorted.evaluations.addAll(notACall.evaluations());
      }
      if (reading instanceof SpanReading.Rejected rejected) {
        letters.add(rejected);
      }
    }
    sorted.count("dead_letters", letters.items());
    sorted.deadLetters.addAll(letters.letters());
  }

  /** Whoever set it expects that the decision is followed here, and nothing will say so. */
  private static boolean carriesDecision(RawSpan span) {
    return span.attributes().containsKey(FloorkeeperKeys.DECISION_ID);
  }

  private SpanReading take(Call call, DecisionKeys verifying, Sorted sorted) {
    Optional<CallWindow.Refusal> refusal = window.refusal(call.startedAt());
    return refusal.isPresent()
        ? new SpanReading.Rejected(
            call.traceId(),
            call.spanId(),
            refusal.get().code(),
            "startTimeUnixNano",
            refusal.get().message())
        : attribute(call, verifying, sorted);
  }

  /** Verifies the decision id that a call carries; a call that carries a wrong one is rejected. */
  private static SpanReading attribute(Call call, DecisionKeys verifying, Sorted sorted) {
    try {
      Optional<DecisionId> decision =
          call.decisionId().map(id -> sorted.verified.computeIfAbsent(id, verifying::verify));
      sorted.calls.add(new AttributedCall(call, decision));
      return null;
    } catch (InvalidDecisionIdException e) {
      if (e.why() == InvalidDecisionIdException.Why.UNSTORED_KEY) {
        sorted.count("unstored_decisions", 1);
        sorted.calls.add(new AttributedCall(call, Optional.empty()));
        return null;
      }
      return new SpanReading.Rejected(
          call.traceId(),
          call.spanId(),
          e.why() == InvalidDecisionIdException.Why.FORGED
              ? "forged_decision_id"
              : "invalid_decision_id",
          "floorkeeper.decision.id",
          e.getMessage());
    }
  }
}
