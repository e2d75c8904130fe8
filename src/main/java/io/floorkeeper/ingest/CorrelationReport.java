package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.ledger.CorrelationRepository;
import io.floorkeeper.ledger.CorrelationRepository.Delta;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;

/**
 * The share of judgements that have found their decision, and of decisions that were to be judged
 * and were; with the numbers that it rests on. The last hour and day reach back to the beginning of
 * an hour: up to two hours, up to 25.
 */
@ApplicationScoped
class CorrelationReport {
  /** A total, and the beginning of those by reason. */
  static final String ON_NO_CALL = "decisions_on_no_call";

  private final CorrelationRepository correlation;
  private final Clock clock = Clock.systemUTC();

  CorrelationReport(CorrelationRepository correlation) {
    this.correlation = correlation;
  }

  /**
   * @param totals that were counted so far
   */
  void tell(ObjectNode node, SortedMap<String, Long> totals, Connection connection)
      throws SQLException {
    onNoCall(node.putObject(ON_NO_CALL), totals);
    Instant now = clock.instant();
    Map<String, Delta> windows = new LinkedHashMap<>();
    windows.put("total", correlation.sum(connection, Instant.EPOCH, now));
    windows.put(
        "last_hour", correlation.sum(connection, Delta.hour(now.minus(Duration.ofHours(1))), now));
    windows.put(
        "last_day", correlation.sum(connection, Delta.hour(now.minus(Duration.ofDays(1))), now));
    ObjectNode evaluations = node.putObject("evaluations");
    ObjectNode decisions = node.putObject("decisions");
    windows.forEach(
        (name, sum) -> {
          share(evaluations.putObject(name), "correlated", sum.correlated(), sum.told());
          share(decisions.putObject(name), "answered", sum.answered(), sum.asked());
        });
    evaluations.put("held", correlation.held(connection));
    ObjectNode alarms = node.putObject("alarms");
    correlation.open(connection).forEach((kind, since) -> alarms.put(kind, since.toString()));
  }

  /** Decision ids on spans that count for nothing, so that nothing was learned of the decisions. */
  private static void onNoCall(ObjectNode node, SortedMap<String, Long> totals) {
    node.put("n", totals.getOrDefault(ON_NO_CALL, 0L));
    ObjectNode reasons = node.putObject("by_reason");
    String beginning = ON_NO_CALL + ":";
    totals.forEach(
        (name, total) -> {
          if (name.startsWith(beginning)) {
            reasons.put(name.substring(beginning.length()), total);
          }
        });
  }

  private static void share(ObjectNode node, String of, long part, long n) {
    node.put("n", n).put(of, part);
    if (n == 0) {
      node.putNull("rate");
    } else {
      node.put("rate", (double) part / n);
    }
  }
}
