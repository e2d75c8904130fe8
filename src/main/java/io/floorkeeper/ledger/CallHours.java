package io.floorkeeper.ledger;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a transaction changes in the hours: calls that come and calls that are taken back. */
public final class CallHours {
  private final Map<CallHour.Key, CallHour> deltas = new HashMap<>();

  public void add(CallHour.Key key, CallHour call) {
    deltas.merge(key, call, CallHour::plus);
  }

  public void takeBack(CallHour.Key key, CallHour call) {
    deltas.merge(key, CallHour.NONE.minus(call), CallHour::plus);
  }

  /** By key, in the order in which rows are locked; nothing that comes to nothing. */
  SortedMap<CallHour.Key, CallHour> deltas() {
    TreeMap<CallHour.Key, CallHour> changes = new TreeMap<>(deltas);
    changes.values().removeIf(CallHour.NONE::equals);
    return changes;
  }

  /** Whether some hour may have lost its last call. */
  boolean takesBack() {
    return deltas.values().stream().anyMatch(d -> d.calls() < 0);
  }

  @Override
  public String toString() {
    return Map.copyOf(deltas).toString();
  }
}
