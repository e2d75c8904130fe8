package io.floorkeeper.routing;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.ledger.PoolRepository;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseGate;
import io.floorkeeper.policy.PolicyBook;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jboss.logging.Logger;

/**
 * Watches how the models stand, off the hot path: every second it reads what the spans of all
 * replicas say, and puts the next gates in force. While the database is away nobody is found ill;
 * who is out is probed after the cool-down all the same.
 */
@ApplicationScoped
class PoolBook {
  private static final Logger LOG = Logger.getLogger(PoolBook.class);

  /** A look takes at most this part of the time. */
  private static final int IDLE_PER_BUSY = 9;

  private final PolicyBook policies;
  private final SnapshotBook snapshots;
  private final PoolRepository pool;
  private final AgroalDataSource database;
  private final DatabaseGate gate;
  private final MeterRegistry meters;
  private final MultiGauge health;
  private final MultiGauge admitted;
  private final MultiGauge utilisation;
  private final long everyMillis;
  private final UUID run = UUID.randomUUID();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Clock clock = Clock.systemUTC();
  private PolicyBook.Published published;
  private volatile PoolMembers members;
  private boolean waiting;
  private Thread thread;

  PoolBook(
      PolicyBook policies,
      SnapshotBook snapshots,
      PoolRepository pool,
      AgroalDataSource database,
      DatabaseGate gate,
      PoolSettings settings,
      MeterRegistry meters) {
    this.policies = policies;
    this.snapshots = snapshots;
    this.pool = pool;
    this.database = database;
    this.gate = gate;
    this.everyMillis = settings.interval().toMillis();
    this.meters = meters;
    this.health = MultiGauge.builder("floorkeeper.pool.health").register(meters);
    this.admitted = MultiGauge.builder("floorkeeper.pool.admit.share").register(meters);
    this.utilisation = MultiGauge.builder("floorkeeper.pool.utilisation").register(meters);
  }

  /** Takes note of an answer; no lock. */
  void answered(Decision decision) {
    PoolMembers known = members;
    if (known != null && decision.reason() != Reason.STICKY) {
      known.answered(decision.arm().arm().model().name());
    }
  }

  void start(@Observes StartupEvent event) {
    thread = new Thread(this::run, "pool-book");
    thread.setDaemon(true);
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    stopping.countDown();
    thread.join(everyMillis + 2_000);
    thread.interrupt();
  }

  private void run() {
    long pauseMillis = everyMillis;
    try {
      while (!stopping.await(pauseMillis, TimeUnit.MILLISECONDS)) {
        long startNanos = System.nanoTime();
        try {
          look();
        } catch (RuntimeException e) { // or the thread would end unseen
          LOG.errorf(e, "how the models stand could not be told");
        }
        long busyMillis = (System.nanoTime() - startNanos) / 1_000_000;
        pauseMillis = Math.max(everyMillis, IDLE_PER_BUSY * busyMillis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    PolicyBook.Published current = policies.current();
    if (published != current) {
      members =
          new PoolMembers(current.policy(), members, published == null ? null : published.policy());
      published = current;
    }
    read(members);
    List<PoolMembers.Change> changes = new ArrayList<>();
    PoolState state = members.look(clock.millis(), changes);
    snapshots.take(state);
    changes.forEach(this::tell);
    gauge(health, state, standing -> standing.health().state().ordinal());
    gauge(admitted, state, PoolState.Standing::admitShare);
    gauge(utilisation, state, PoolState.Standing::utilisation);
  }

  private void read(PoolMembers of) {
    if (!gate.isOpen()) {
      return;
    }
    try (Connection connection = database.getConnection()) {
      long now = clock.millis();
      List<PoolRepository.Calls> found = calls(connection, of, now);
      if (of.learnNames(found)) {
        found = calls(connection, of, now);
      }
      var demand = of.demand();
      of.hear(found, demand.isEmpty() ? Map.of() : pool.exchange(connection, run, demand));
      waiting = false;
    } catch (SQLException | RuntimeException e) {
      of.hearNothing();
      if (!waiting) {
        LOG.warnf("how the models stand cannot be read: %s", Causes.briefly(e));
      }
      waiting = true;
    }
  }

  private List<PoolRepository.Calls> calls(Connection connection, PoolMembers of, long nowMillis)
      throws SQLException {
    return pool.calls(connection, of.looks(nowMillis), of.slowMillis(), of.longest(nowMillis));
  }

  private void tell(PoolMembers.Change change) {
    String to = change.to().name().toLowerCase(Locale.ROOT);
    meters.counter("floorkeeper.pool.health.changes", "to", to).increment();
    PoolState.Standing standing = change.standing();
    String seen =
        "%d of %d calls failed, p95 %.0f ms"
            .formatted(standing.errors(), standing.calls(), standing.p95LatencyMillis());
    switch (change.to()) {
      case OPEN -> LOG.warnf("model %s is ill and gets no requests: %s", change.model(), seen);
      case HALF_OPEN -> LOG.infof("model %s is probed", change.model());
      case CLOSED -> LOG.infof("model %s is well again: %s", change.model(), seen);
    }
  }

  private static void gauge(
      MultiGauge of, PoolState state, ToDoubleFunction<PoolState.Standing> value) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    state
        .byModel()
        .forEach(
            (model, standing) -> {
              double its = value.applyAsDouble(standing);
              if (!Double.isNaN(its)) {
                rows.add(MultiGauge.Row.of(Tags.of("model", model), its));
              }
            });
    of.register(rows, true);
  }
}
