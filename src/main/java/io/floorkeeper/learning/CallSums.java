package io.floorkeeper.learning;

import io.floorkeeper.ledger.CallHours;
import io.floorkeeper.ledger.CallRepository;
import io.floorkeeper.ledger.StoredCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a transaction changes in all that is summed over calls, evidence left out: totals, hours,
 * spend. A call that is taken back leaves no trace in any of them.
 */
final class CallSums {
  private final Map<String, Long> totals = new HashMap<>();
  private final CallHours hours = new CallHours();
  private final List<Spent> spent = new ArrayList<>();

  void add(JudgedCall call) {
    add(call.asStored());
  }

  void add(StoredCall call) {
    total(call, 1);
    hours.add(call.hourKey(), call.hour());
    spent.add(Spent.of(call, 1));
  }

  /** What a batch comes to. */
  void add(ResponseTwins.Settled responses) {
    responses.counting().forEach(this::add);
    responses.takenBack().forEach(this::takeBack);
    responses
        .recosted()
        .forEach(
            (before, after) -> {
              takeBack(before);
              add(after);
            });
    count("twins", responses.twins());
  }

  void takeBack(StoredCall call) {
    total(call, -1);
    hours.takeBack(call.hourKey(), call.hour());
    spent.add(Spent.of(call, -1));
  }

  private void total(StoredCall call, int by) {
    boolean routed = call.followed() != null;
    count("calls", by);
    count("labels", call.qualityMicros().isPresent() ? by : 0);
    count("unpriced", call.bookedNanoUsd().isEmpty() ? by : 0);
    count("routed", routed ? by : 0);
    count("not_followed", routed && !call.followed() ? by : 0);
    count("unattributed", !routed && call.role().equals(CallRepository.UNATTRIBUTED) ? by : 0);
  }

  void count(String total, long by) {
    if (by != 0) {
      totals.merge(total, by, Long::sum);
    }
  }

  SortedMap<String, Long> totals() {
    return new TreeMap<>(totals);
  }

  CallHours hours() {
    return hours;
  }

  List<Spent> spent() {
    return spent;
  }
}
