package io.floorkeeper.learning;

import io.floorkeeper.ledger.CallHours;
import io.floorkeeper.ledger.CallRepository;
import io.floorkeeper.ledger.StoredCall;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a transaction changes in all that is summed over calls, evidence left out: totals, hours,
 * spend. A call that is taken back leaves no trace in any of them.
 */
final class CallSums {
  private final TreeMap<String, Long> totals = new TreeMap<>();
  private final CallHours hours = new CallHours();
  private final List<Spent> spent = new ArrayList<>();

  void add(JudgedCall call) {
    total(
        1,
        call.label().isPresent(),
        call.nanoUsd().isEmpty(),
        call.row().followed(),
        call.row().role() == null);
    hours.add(call.hourKey(), call.hour());
    spent.add(Spent.of(call));
  }

  void add(StoredCall call) {
    total(call, 1);
    hours.add(call.hourKey(), call.hour());
    spent.add(Spent.of(call, 1));
  }

  void takeBack(StoredCall call) {
    total(call, -1);
    hours.takeBack(call.hourKey(), call.hour());
    spent.add(Spent.of(call, -1));
  }

  private void total(StoredCall call, int by) {
    total(
        by,
        call.qualityMicros().isPresent(),
        call.bookedNanoUsd().isEmpty(),
        call.followed(),
        call.role().equals(CallRepository.UNATTRIBUTED));
  }

  private void total(
      int by, boolean labelled, boolean unpriced, Boolean followed, boolean unattributed) {
    count("calls", by);
    count("labels", labelled ? by : 0);
    count("unpriced", unpriced ? by : 0);
    count("routed", followed != null ? by : 0);
    count("not_followed", followed != null && !followed ? by : 0);
    count("unattributed", followed == null && unattributed ? by : 0);
  }

  void count(String total, long by) {
    if (by != 0) {
      totals.merge(total, by, Long::sum);
    }
  }

  SortedMap<String, Long> totals() {
    return totals;
  }

  CallHours hours() {
    return hours;
  }

  List<Spent> spent() {
    return spent;
  }
}
