package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.floorkeeper.ledger.AllocationRecord;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.ledger.DecisionRepository;
import io.floorkeeper.ledger.InvalidDecisionIdException;
import io.floorkeeper.ledger.LogEvent;
import io.floorkeeper.ledger.TotalsRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The decision log: from its topic to its tables. */
@ApplicationScoped
class DecisionHandler implements BatchHandler {

  private final DecisionRepository decisions;
  private final TotalsRepository totals;
  private final ObjectReader events;

  DecisionHandler(DecisionRepository decisions, TotalsRepository totals, ObjectMapper json) {
    this.decisions = decisions;
    this.totals = totals;
    // A newer replica may log fields that this one does not know.
    this.events =
        json.readerFor(LogEvent.class).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }

  @Override
  public List<DeadLetter> apply(Connection connection, StreamBatch batch) throws SQLException {
    List<DecisionRecord> records = new ArrayList<>();
    List<AllocationRecord> allocations = new ArrayList<>();
    List<DeadLetter> deadLetters = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
      try {
        LogEvent event = events.readValue(record.value() == null ? new byte[0] : record.value());
        if (event == null) {
          throw new IOException("nothing");
        }
        if (event.decision() != null) {
          DecisionKeys.bytes(event.decision().decisionId());
          records.add(event.decision());
        }
        if (event.allocation() != null) {
          allocations.add(event.allocation());
        }
      } catch (IOException | InvalidDecisionIdException e) {
        deadLetters.add(
            DeadLetter.record(record, "broken_decision", "no event of the decision log"));
      }
    }
    decisions.insert(connection, records);
    decisions.insertAllocations(connection, allocations);
    TreeMap<String, Long> counts = new TreeMap<>();
    counts.put("decisions", (long) records.size());
    counts.put("decision_dead_letters", (long) deadLetters.size());
    totals.add(connection, counts);
    return deadLetters;
  }

  @Override
  public List<DeadLetter> giveUp(Connection connection, DeadLetter letter) throws SQLException {
    totals.add(connection, new TreeMap<>(Map.of("decision_dead_letters", 1L)));
    return List.of(letter);
  }
}
