package io.floorkeeper.learning;

import io.floorkeeper.ledger.CorrelationRepository;
import io.floorkeeper.ledger.CorrelationRepository.Delta;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * Watches whether judgements find what they judge. Two alarms, each told once until it has ended:
 *
 * <pre>
 * not_correlated   n >= 100 judgements of the last day, an hour old at least, and less than half have found their decision
 * not_answered     n >= 100 decisions of the last day, an hour old at least, were to be judged, and none was
 * </pre>
 *
 * <p>A fixed rule and no test: what is looked for is a wiring fault, which sends the share to 0 and
 * not to .45. With a true share of .65 or more, fewer than 50 of 100 are seen once in 1,000 days.
 * Ends at the limit and a tenth more, so that it does not flutter.
 */
@ApplicationScoped
class CorrelationWatch {
  static final String NOT_CORRELATED = "not_correlated";
  static final String NOT_ANSWERED = "not_answered";

  private static final Logger LOG = Logger.getLogger(CorrelationWatch.class);
  private static final Duration WINDOW = Duration.ofDays(1);
  private static final Duration EVERY = Duration.ofSeconds(10);
  private static final double HYSTERESIS = 1.1;

  private final CorrelationRepository correlation;
  private final EvaluationSettings settings;
  private final Clock clock = Clock.systemUTC();
  private final AtomicReference<Delta> lastDay = new AtomicReference<>(Delta.ZERO);
  private Instant looked = Instant.EPOCH;

  CorrelationWatch(
      CorrelationRepository correlation, EvaluationSettings settings, MeterRegistry meters) {
    this.correlation = correlation;
    this.settings = settings;
    // Of the last day; NaN: nothing was to be found.
    meters.gauge(
        "floorkeeper.outcomes.correlation.rate",
        lastDay,
        day -> rate(day.get().correlated(), day.get().told()));
    meters.gauge("floorkeeper.outcomes.correlation.sample", lastDay, day -> day.get().told());
    meters.gauge(
        "floorkeeper.outcomes.answered.rate",
        lastDay,
        day -> rate(day.get().answered(), day.get().asked()));
    meters.gauge("floorkeeper.outcomes.answered.sample", lastDay, day -> day.get().asked());
  }

  /** One look, in the caller's transaction; there is never more. */
  boolean look(Connection connection) throws SQLException {
    Instant now = clock.instant();
    if (now.isBefore(looked.plus(EVERY))) {
      return false;
    }
    looked = now;
    Delta day = correlation.sum(connection, Delta.hour(now.minus(WINDOW)), now);
    lastDay.set(day);
    // While spans lag behind, what was said of them has found nothing yet: that is no fault.
    Delta waited =
        correlation.sum(
            connection,
            Delta.hour(now.minus(WINDOW)),
            settings.correlationGrace().isZero()
                ? now
                : Delta.hour(now.minus(settings.correlationGrace())));
    double found = rate(waited.correlated(), waited.told());
    if (waited.told() >= settings.leastSample() && found < settings.leastCorrelation()) {
      raise(connection, NOT_CORRELATED, waited.told(), found);
    } else if (rate(day.correlated(), day.told())
        >= Math.min(1, settings.leastCorrelation() * HYSTERESIS)) {
      end(connection, NOT_CORRELATED);
    }
    Delta settled =
        correlation.sum(
            connection, Delta.hour(now.minus(WINDOW)), Delta.hour(now.minus(Duration.ofHours(1))));
    if (settled.asked() >= settings.leastSample() && settled.answered() == 0) {
      raise(connection, NOT_ANSWERED, settled.asked(), 0);
    } else if (day.answered() > 0) {
      end(connection, NOT_ANSWERED);
    }
    return false;
  }

  private void raise(Connection connection, String kind, long n, double rate) throws SQLException {
    if (correlation.raise(connection, kind, n, rate)) {
      LOG.warnf(
          kind.equals(NOT_CORRELATED)
              ? "of %d judgements of the last day only a share of %.3f has found its decision: see"
                  + " GET /ingest"
              : "of %d decisions of the last day that were to be judged a share of %.3f was: see GET"
                  + " /ingest",
          n,
          rate);
    }
  }

  private void end(Connection connection, String kind) throws SQLException {
    if (correlation.end(connection, kind)) {
      LOG.infof("the alarm %s has ended", kind);
    }
  }

  private static double rate(long part, long n) {
    return n == 0 ? Double.NaN : (double) part / n;
  }
}
