package io.floorkeeper.policy;

import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseGate;
import io.floorkeeper.pricing.PriceBook;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Looks at the policy's file or folder while the service runs. What changes there is published;
 * what cannot be used is told, and the last good version stays in force.
 *
 * <p>By content, not by the file system's events: a mounted ConfigMap changes links elsewhere. A
 * change is taken once its content has been the same for the settle time, so not in the middle of
 * being written; one that loosens or removes a pin, or drops a whole file, after a longer one,
 * during which it is told.
 */
@ApplicationScoped
public class PolicyWatch {
  private static final Logger LOG = Logger.getLogger(PolicyWatch.class);
  private static final Duration SHORTEST_SETTLE_TIME = Duration.ofMillis(100);
  private static final long SHORTEST_PAUSE_MILLIS = 10;

  private final PolicyService service;
  private final DatabaseGate database;
  private final PolicyBook book;
  private final PriceBook prices;
  private final long intervalMillis;
  private final Duration settleTime;
  private final Duration loosenSettleTime;
  private final Clock clock = Clock.systemUTC();
  private Path path;
  private String seen;
  private Set<String> seenNames;
  private PendingChange pending;
  private volatile PolicyDraft said;
  private PolicyDraft unpublished;
  private volatile PolicyTrouble unreadable;
  private volatile PolicyTrouble invalid;
  private volatile PolicyTrouble waiting;
  private volatile boolean stopping;
  private Thread thread;

  PolicyWatch(
      PolicyService service,
      DatabaseGate database,
      PolicyBook book,
      PriceBook prices,
      PolicySettings settings,
      MeterRegistry meters) {
    this.service = service;
    this.database = database;
    this.book = book;
    this.prices = prices;
    this.intervalMillis = Math.max(SHORTEST_PAUSE_MILLIS, settings.watchInterval().toMillis());
    this.settleTime = longer(SHORTEST_SETTLE_TIME, settings.settleTime());
    this.loosenSettleTime = longer(settleTime, settings.loosenSettleTime());
    meters.gauge(
        "floorkeeper.policy.file.trouble", this, watch -> watch.trouble().isPresent() ? 1 : 0);
  }

  /** Why the file is not what is in force; empty: it is, or somebody published something since. */
  public Optional<PolicyTrouble> trouble() {
    return Stream.of(
            Optional.ofNullable(unreadable),
            Optional.ofNullable(waiting),
            Optional.ofNullable(invalid))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** What the file said last that could be used. */
  PolicyDraft said() {
    return said;
  }

  /** Begins, from what was read at the start. */
  void start(Path watched, PolicyFiles first, PolicyDraft draft) {
    path = watched;
    seen = first.digest();
    seenNames = first.names();
    said = draft;
    thread = new Thread(this::watch, "policy-watch");
    thread.setDaemon(true);
    thread.start();
  }

  /** Of a preset, which does not change. */
  void start(PolicyDraft preset) {
    said = preset;
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    stopping = true;
    if (thread != null) {
      thread.interrupt();
      thread.join(intervalMillis + 1_000);
    }
  }

  private void watch() {
    while (!stopping) {
      try {
        Thread.sleep(pauseMillis());
        look();
      } catch (InterruptedException e) {
        return;
      } catch (ThreadDeath e) {
        throw e;
      } catch (Throwable e) { // or the thread would end unseen, and no change be taken ever again
        unreadable("cannot be looked at: " + e);
      }
    }
  }

  /** Until the next look; no longer than a change has to wait. */
  private long pauseMillis() {
    if (pending == null) {
      return intervalMillis;
    }
    long millis = clock.instant().until(pending.after(settleTime), ChronoUnit.MILLIS);
    return millis <= 0
        ? intervalMillis
        : Math.max(SHORTEST_PAUSE_MILLIS, Math.min(intervalMillis, millis));
  }

  private void look() {
    try {
      PolicyFiles files = PolicyFiles.look(path);
      unreadable = null;
      String digest = files.digest();
      if (digest.equals(seen)) {
        forget();
      } else if (pending == null || !pending.isOf(digest)) {
        forget();
        pending = new PendingChange(files, clock.instant());
      } else if (!clock.instant().isBefore(pending.after(settleTime))) {
        settled();
      }
    } catch (IOException e) {
      forget(); // what is away has not been the same
      unreadable("cannot be read: " + e);
    }
    publish();
  }

  private void forget() {
    pending = null;
    waiting = null;
  }

  /** The change has been the same for a while, which is enough unless it takes something away. */
  private void settled() {
    try {
      PolicyDraft draft = pending.draft(path);
      PriceValidator.requireKnown(draft.policy(), prices.current());
      PendingChange.Loss loss = pending.loss(book.current().policy(), seenNames);
      Instant due = pending.after(loosenSettleTime);
      if (!loss.isNone() && clock.instant().isBefore(due)) {
        await(loss, due);
        return;
      }
      if (!loss.isNone()) {
        LOG.warnf("the policy in %s: %s", path, String.join("; ", loss.lines()));
      }
      said = draft;
      unpublished = draft;
      invalid = null;
      seenNames = pending.files().names();
    } catch (InvalidPolicyException e) {
      unpublished = null;
      invalid = trouble(e.findings());
      LOG.errorf("the policy stays as it is: %s", invalid.briefly());
    }
    seen = pending.files().digest();
    forget();
  }

  private void await(PendingChange.Loss loss, Instant due) {
    if (waiting == null) {
      List<Finding> findings = new ArrayList<>();
      findings.add(
          new Finding(
              path.toString(),
              "waits: " + loss.inWords() + "; in force at " + due + " unless the file changes"));
      loss.lines().forEach(line -> findings.add(new Finding(path.toString(), line)));
      waiting = trouble(findings);
      LOG.warnf("the policy stays as it is: %s", waiting.briefly());
    }
  }

  private void unreadable(String what) {
    List<Finding> findings = List.of(new Finding(path.toString(), what));
    if (unreadable == null
        || !unreadable.findings().equals(findings)) { // each trouble is told once
      unreadable = trouble(findings);
      LOG.errorf("the policy stays as it is: %s", unreadable.briefly());
    }
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private PolicyTrouble trouble(List<Finding> findings) {
    return new PolicyTrouble(path.toString(), clock.instant(), findings);
  }

  /** The database may be away: then again at the next look. */
  private void publish() {
    if (unpublished == null || !database.isOpen()) {
      return;
    }
    try {
      service.hear(unpublished);
      unpublished = null;
      invalid = null;
    } catch (RuntimeException e) {
      if (invalid == null) {
        invalid =
            trouble(
                List.of(
                    new Finding(
                        path.toString(),
                        "is not published yet, the database is away: " + Causes.briefly(e))));
        LOG.warnf("the policy stays as it is: %s", invalid.briefly());
      }
    }
  }

  /** What a file or folder says. */
  static PolicyDraft draft(PolicyFiles files, Path path) {
    return new PolicyDraft(
        files.policy(), files.document(), path.toString(), "file:" + files.name(), null);
  }
}
