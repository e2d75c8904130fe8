package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agroal.api.AgroalDataSource;
import io.floorkeeper.bandit.BernoulliInterval;
import io.floorkeeper.ledger.HeardRepository;
import io.floorkeeper.ledger.TotalsRepository;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseReady;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Looks from time to time whether the stream of spans is a sampled one, and says so once. Marks
 * count while they are younger than the window, since this replica started at the longest.
 */
@ApplicationScoped
class SamplingWatch {
  private static final Logger LOG = Logger.getLogger(SamplingWatch.class);

  private final AgroalDataSource database;
  private final HeardRepository heard;
  private final TotalsRepository totals;
  private final SamplingSettings settings;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Deque<Counted> earlier = new ArrayDeque<>();
  private volatile double share = Double.NaN;
  private volatile SamplingEvidence.Verdict verdict = SamplingEvidence.Verdict.UNKNOWN;
  private Thread thread;

  SamplingWatch(
      AgroalDataSource database,
      HeardRepository heard,
      TotalsRepository totals,
      SamplingSettings settings,
      MeterRegistry meters) {
    this.database = database;
    this.heard = heard;
    this.totals = totals;
    this.settings = settings;
    meters.gauge("floorkeeper.sampling.unheard.share", this, watch -> watch.share);
    meters.gauge(
        "floorkeeper.sampling.suspected",
        this,
        watch ->
            watch.verdict == SamplingEvidence.Verdict.MARKED
                    || watch.verdict == SamplingEvidence.Verdict.UNHEARD
                ? 1
                : 0);
  }

  synchronized void start(@Observes @Priority(DatabaseReady.Order.STREAMS) DatabaseReady ready) {
    if (thread == null) {
      thread = new Thread(this::run, "sampling-watch");
      thread.setDaemon(true);
      thread.start();
    }
  }

  void stop(@Observes ShutdownEvent event) {
    stopping.countDown();
  }

  /** How far the totals were, and when; marks from before the oldest one are history. */
  private record Counted(long nanos, long spans, long marked) {
    static Counted of(SortedMap<String, Long> totals) {
      return new Counted(
          System.nanoTime(),
          totals.getOrDefault("spans", 0L),
          totals.getOrDefault("sampled_spans", 0L));
    }
  }

  private void run() {
    try {
      do {
        try (Connection connection = database.getConnection()) {
          look(connection);
        } catch (SQLException | RuntimeException e) { // or the thread would end unseen
          LOG.debugf("whether the stream is sampled cannot be told: %s", Causes.briefly(e));
        }
      } while (!stopping.await(settings.interval().toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(Connection connection) throws SQLException {
    SortedMap<String, Long> counted = totals.read(connection);
    SamplingEvidence now = read(connection, counted);
    remember(Counted.of(counted));
    share = now.share();
    SamplingEvidence.Verdict before = verdict;
    verdict = now.verdict();
    if (verdict != before
        && (verdict == SamplingEvidence.Verdict.MARKED
            || verdict == SamplingEvidence.Verdict.UNHEARD)) {
      LOG.warnf(
          "the stream of spans looks sampled (%s): %d of %d spans are marked, %d of the latest %d"
              + " decisions have no call. %s",
          verdict.name().toLowerCase(Locale.ROOT),
          now.marked(),
          now.spans(),
          now.unheard(),
          now.tasks(),
          now.message());
    }
  }

  private SamplingEvidence read(Connection connection, SortedMap<String, Long> counted)
      throws SQLException {
    Counted now = Counted.of(counted);
    Counted then = oldest().orElse(now);
    return new SamplingEvidence(
        now.spans() - then.spans(),
        now.marked() - then.marked(),
        heard.read(connection, settings.patience(), settings.window(), settings.decisionsPerRole()),
        settings.toleratedShare());
  }

  private synchronized void remember(Counted counted) {
    earlier.addLast(counted);
    while (earlier.size() > 1
        && counted.nanos() - earlier.getFirst().nanos() > settings.window().toNanos()) {
      earlier.removeFirst();
    }
  }

  private synchronized Optional<Counted> oldest() {
    return Optional.ofNullable(earlier.peekFirst());
  }

  /** The evidence as it is now, into an answer. */
  void tell(Connection connection, SortedMap<String, Long> counted, ObjectNode into)
      throws SQLException {
    SamplingEvidence now = read(connection, counted);
    into.put("verdict", now.verdict().name().toLowerCase(Locale.ROOT))
        .put("message", now.message())
        .put("recent_spans", now.spans())
        .put("recent_marked_spans", now.marked());
    ObjectNode decisions =
        into.putObject("decisions")
            .put("old_enough", now.tasks())
            .put("without_call", now.unheard())
            .put("tolerated_share", settings.toleratedShare())
            .put("patience_seconds", settings.patience().toSeconds());
    if (now.tasks() > 0) {
      BernoulliInterval interval = now.interval();
      decisions
          .put("share", now.share())
          .put("share_low", interval.low())
          .put("share_high", interval.high());
    }
    ArrayNode roles = decisions.putArray("roles");
    for (HeardRepository.OfRole role : now.roles()) {
      roles
          .addObject()
          .put("role", role.role())
          .put("old_enough", role.tasks())
          .put("without_call", role.unheard());
    }
  }
}
