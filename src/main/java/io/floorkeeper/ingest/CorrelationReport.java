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

/**
 * The share of judgements that have found their decision, and of decisions that were to be judged
 * and were; with the numbers that it rests on. The last hour and day reach back to the beginning of
 * an hour: up to two hours, up to 25.
 */
@ApplicationScoped
class CorrelationReport {
  private final CorrelationRepository correlation;
  private final Clock clock = Clock.systemUTC();

  CorrelationReport(CorrelationRepository correlation) {
    this.correlation = correlation;
  }

  void tell(ObjectNode node, Connection connection) throws SQLException {
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

  private static void share(ObjectNode node, String of, long part, long n) {
    node.put("n", n).put(of, part);
    if (n == 0) {
      node.putNull("rate");
    } else {
      node.put("rate", (double) part / n);
    }
  }
}
