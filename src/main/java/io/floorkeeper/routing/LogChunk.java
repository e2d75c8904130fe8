package io.floorkeeper.routing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.ledger.ChainLink;
import io.floorkeeper.ledger.ChainMark;
import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.ledger.LogEvent;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Records of the decision log that are chained and written, and wait for the broker: sent again as
 * they are until it has them all. For one thread.
 */
final class LogChunk {
  private static final int REMEMBERED_ALLOCATIONS = 20_000;

  private final DecisionChain chain;
  private final int replica;
  private final ObjectMapper json;
  private final Clock clock;
  private final Set<String> explained = Collections.newSetFromMap(new BoundedMap());

  private final List<byte[]> values = new ArrayList<>();
  private final List<DecisionLog.Entry> awaited = new ArrayList<>();
  private int decisions;
  private int lastLinked = -1;
  private long position;
  private byte[] hash;

  LogChunk(DecisionChain chain, int replica, ObjectMapper json, Clock clock) {
    this.chain = chain;
    this.replica = replica;
    this.json = json;
    this.clock = clock;
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  /** Whether a chain was begun, and so wants an end. */
  boolean hasChain() {
    return !chain.isNew();
  }

  List<byte[]> values() {
    return values;
  }

  /** How many of them are decisions. */
  int decisions() {
    return decisions;
  }

  /** The index in {@link #values()} of the chain's head, or -1. */
  int lastLinked() {
    return lastLinked;
  }

  /** Of the chain's head. */
  long position() {
    return position;
  }

  /** Of the chain's head. */
  byte[] hash() {
    return hash;
  }

  /** Entries whose callers wait for the broker. */
  List<DecisionLog.Entry> awaited() {
    return awaited;
  }

  void clear() {
    values.clear();
    awaited.clear();
    decisions = 0;
    lastLinked = -1;
  }

  void mark(ChainMark.Kind kind, long amount, String detail) {
    openIfNew();
    ChainMark mark = new ChainMark(kind, replica, clock.instant(), amount, detail);
    ChainLink link = chain.link(mark);
    linked(new LogEvent(null, null, mark, link), link);
  }

  void add(DecisionLog.Entry entry) {
    openIfNew();
    explain(entry.decision());
    DecisionRecord record = LogRecords.decision(entry, replica);
    ChainLink link = chain.link(record);
    linked(new LogEvent(record, null, null, link), link);
    decisions++;
    if (entry.acknowledgement() != null) {
      awaited.add(entry);
    }
  }

  private void openIfNew() {
    if (chain.isNew()) {
      ChainMark mark = new ChainMark(ChainMark.Kind.OPEN, replica, clock.instant(), 0, "format 1");
      ChainLink link = chain.link(mark);
      linked(new LogEvent(null, null, mark, link), link);
    }
  }

  private void explain(Decision decision) {
    if (decision.allocation() != null && explained.add(LogRecords.allocationKey(decision))) {
      values.add(write(LogEvent.of(Explanation.record(decision))));
    }
  }

  private void linked(LogEvent event, ChainLink link) {
    byte[] value = write(event);
    chain.accept(); // written, so it will be sent
    values.add(value);
    lastLinked = values.size() - 1;
    position = link.position();
    hash = chain.hash();
  }

  private byte[] write(LogEvent event) {
    try {
      return json.writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of plain values are always writable", e);
    }
  }

  /** Remembers which allocations were explained already; forgets the oldest. */
  private static final class BoundedMap extends LinkedHashMap<String, Boolean> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
      return size() > REMEMBERED_ALLOCATIONS;
    }
  }
}
