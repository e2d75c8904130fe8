package io.floorkeeper.policy;

import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseGate;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Looks at the policy's file or folder while the service runs. What changes there is published;
 * what cannot be used is told, and the last good version stays in force.
 *
 * <p>By content, not by the file system's events: a mounted ConfigMap changes links elsewhere. A
 * change is taken once two looks in a row have seen the same, so not in the middle of being
 * written.
 */
@ApplicationScoped
public class PolicyWatch {
  private static final Logger LOG = Logger.getLogger(PolicyWatch.class);
  private static final long SECOND_LOOK_MILLIS = 100;

  private final PolicyService service;
  private final DatabaseGate database;
  private final long intervalMillis;
  private final Clock clock = Clock.systemUTC();
  private Path path;
  private String seen;
  private volatile PolicyDraft said;
  private PolicyDraft unpublished;
  private volatile PolicyTrouble unreadable;
  private volatile PolicyTrouble invalid;
  private volatile boolean stopping;
  private Thread thread;

  PolicyWatch(
      PolicyService service, DatabaseGate database, PolicySettings settings, MeterRegistry meters) {
    this.service = service;
    this.database = database;
    this.intervalMillis = Math.max(10, settings.watchInterval().toMillis());
    meters.gauge(
        "floorkeeper.policy.file.trouble", this, watch -> watch.trouble().isPresent() ? 1 : 0);
  }

  /** Why the file is not what is in force; empty: it is, or somebody published something since. */
  public Optional<PolicyTrouble> trouble() {
    PolicyTrouble first = unreadable;
    return Optional.ofNullable(first != null ? first : invalid);
  }

  /** What the file said last that could be used. */
  PolicyDraft said() {
    return said;
  }

  /** Begins, from what was read at the start. */
  void start(Path watched, PolicyFiles first, PolicyDraft draft) {
    path = watched;
    seen = first.digest();
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
        Thread.sleep(intervalMillis);
        look();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) { // or the thread would end unseen
        LOG.errorf(e, "the policy in %s could not be looked at", path);
      }
    }
  }

  private void look() throws InterruptedException {
    try {
      PolicyFiles files = PolicyFiles.look(path);
      if (!files.digest().equals(seen)) {
        Thread.sleep(SECOND_LOOK_MILLIS);
        PolicyFiles again = PolicyFiles.look(path);
        if (!again.digest().equals(files.digest())) {
          return; // still being written; the next look is near
        }
        seen = files.digest();
        take(files);
      }
      unreadable = null;
    } catch (IOException e) {
      if (unreadable == null) {
        unreadable = trouble(List.of(new Finding(path.toString(), "cannot be read: " + e)));
        LOG.errorf("the policy stays as it is: %s", unreadable.briefly());
      }
    }
    publish();
  }

  private void take(PolicyFiles files) {
    try {
      PolicyDraft draft = draft(files, path);
      said = draft;
      unpublished = draft;
      invalid = null;
    } catch (InvalidPolicyException e) {
      unpublished = null;
      invalid = trouble(e.findings());
      LOG.errorf("the policy stays as it is: %s", invalid.briefly());
    }
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
