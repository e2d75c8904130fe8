package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.floorkeeper.learning.SpendCounter;
import io.floorkeeper.ledger.AllocationRecord;
import io.floorkeeper.ledger.ChainLink;
import io.floorkeeper.ledger.ChainRepository;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.ledger.DecisionRepository;
import io.floorkeeper.ledger.InvalidDecisionIdException;
import io.floorkeeper.ledger.LogEvent;
import io.floorkeeper.ledger.LoggedDecision;
import io.floorkeeper.ledger.TotalsRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The decision log: from its topic to its tables. */
@ApplicationScoped
class DecisionHandler implements BatchHandler {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private final DecisionRepository decisions;
  private final ChainRepository chains;
  private final SpendCounter spending;
  private final TotalsRepository totals;
  private final ObjectReader events;

  DecisionHandler(
      DecisionRepository decisions,
      ChainRepository chains,
      SpendCounter spending,
      TotalsRepository totals,
      ObjectMapper json) {
    this.decisions = decisions;
    this.chains = chains;
    this.spending = spending;
    this.totals = totals;
    // A newer replica may log fields that this one does not know.
    this.events =
        json.readerFor(LogEvent.class).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }

  @Override
  public List<DeadLetter> apply(Connection connection, StreamBatch batch) throws SQLException {
    List<LoggedDecision> records = new ArrayList<>();
    List<ChainRepository.LoggedMark> marks = new ArrayList<>();
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
          records.add(new LoggedDecision(event.decision(), checked(event.link())));
        }
        if (event.mark() != null) {
          if (event.link() == null) {
            throw new IOException("a mark of no chain");
          }
          marks.add(new ChainRepository.LoggedMark(event.mark(), checked(event.link())));
        }
        if (event.allocation() != null) {
          allocations.add(event.allocation());
        }
      } catch (IOException | InvalidDecisionIdException e) {
        deadLetters.add(
            DeadLetter.record(record, "broken_decision", "no event of the decision log"));
      }
    }
    List<DecisionRecord> fresh = decisions.insert(connection, records);
    decisions.insertAllocations(connection, allocations);
    chains.insertMarks(connection, marks);
    TreeMap<String, Long> counts = new TreeMap<>(spending.decided(connection, fresh));
    counts.put("decisions", (long) records.size());
    counts.put("decision_dead_letters", (long) deadLetters.size());
    totals.add(connection, counts);
    return deadLetters;
  }

  private static ChainLink checked(ChainLink link) throws IOException {
    if (link != null
        && (link.chain() == null
            || link.position() < 1
            || link.hash() == null
            || !HASH.matcher(link.hash()).matches())) {
      throw new IOException("no link of a chain");
    }
    return link;
  }

  @Override
  public List<DeadLetter> giveUp(Connection connection, DeadLetter letter) throws SQLException {
    totals.add(connection, new TreeMap<>(Map.of("decision_dead_letters", 1L)));
    return List.of(letter);
  }
}
