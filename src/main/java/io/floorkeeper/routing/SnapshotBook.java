package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.ledger.KeyBook;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseGate;
import io.floorkeeper.platform.DatabaseReady;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.KillSwitchBook;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.PolicyLoader;
import io.floorkeeper.policy.PolicySettings;
import io.floorkeeper.posterior.PosteriorBook;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * The snapshot in force. Requests read it without a lock; whoever learns something new (policy,
 * keys, evidence) builds the next one on their own thread and swaps it in.
 */
@ApplicationScoped
class SnapshotBook {
  private static final Logger LOG = Logger.getLogger(SnapshotBook.class);

  /** So many masks per role are kept beside the common one: beyond it they fall back. */
  private static final int MOST_MASKS = 64;

  private static final long GATHER_MILLIS = 20;

  private final PolicyBook policies;
  private final PosteriorBook posteriors;
  private final KeyBook keys;
  private final KillSwitchBook killSwitch;
  private final SnapshotFile file;
  private final DatabaseGate database;
  private final boolean hasPolicyFile;
  private final AllocationBuilder builder = new AllocationBuilder(this::quarantined);
  private final AtomicReference<AllocationSnapshot> current = new AtomicReference<>();
  private final Map<String, Set<Long>> wantedMasks = new ConcurrentHashMap<>();
  private final Counter quarantined;
  private final Thread maskBuilder = new Thread(this::buildWantedMasks, "wanted-masks");
  private volatile PoolState pool = PoolState.UNKNOWN;
  private volatile boolean live;
  private volatile boolean stopping;

  SnapshotBook(
      PolicyBook policies,
      PosteriorBook posteriors,
      KeyBook keys,
      KillSwitchBook killSwitch,
      SnapshotFile file,
      DatabaseGate database,
      PolicySettings policySettings,
      MeterRegistry meters) {
    this.policies = policies;
    this.posteriors = posteriors;
    this.keys = keys;
    this.killSwitch = killSwitch;
    this.file = file;
    this.database = database;
    this.hasPolicyFile = policySettings.file().isPresent();
    meters.gauge("floorkeeper.snapshot.age.seconds", this, SnapshotBook::ageSeconds);
    this.quarantined = meters.counter("floorkeeper.snapshot.quarantined");
  }

  private void quarantined(String role, RuntimeException why) {
    quarantined.increment();
    LOG.errorf(
        "the evidence of role %s cannot be used, it keeps its last allocation: %s",
        role, Causes.briefly(why));
  }

  /** How old the evidence in force is; NaN where there is none. */
  private double ageSeconds() {
    AllocationSnapshot snapshot = current.get();
    return snapshot == null || snapshot.evidenceAtMillis() == 0
        ? Double.NaN
        : (Clock.systemUTC().millis() - snapshot.evidenceAtMillis()) / 1_000.0;
  }

  AllocationSnapshot current() {
    return current.get();
  }

  /**
   * The snapshot that decides. Before the installation's policy is known, from the database or from
   * the snapshot of an earlier run, nothing does: what this replica was started with may lack pins
   * that hold. Where the database does not come, a policy file that this replica was given answers
   * all the same; a preset, which nobody wrote for this installation, never does.
   *
   * @throws Problem.Unavailable {@code policy_unknown}
   */
  AllocationSnapshot deciding() {
    AllocationSnapshot snapshot = current.get();
    if (!mayDecide(snapshot)) {
      throw new Problem.Unavailable(
          "policy_unknown",
          "the policy in force is not known here yet: the database has not been reached, there is"
              + " no snapshot of an earlier run"
              + (hasPolicyFile ? "" : ", and no policy file was given")
              + "; try again");
    }
    return snapshot;
  }

  boolean mayDecide(AllocationSnapshot snapshot) {
    return snapshot.source() != AllocationSnapshot.Source.STATIC
        || hasPolicyFile && database.isSettled();
  }

  /**
   * An eligibility mask was met that has no allocation: it has one a moment later, from the
   * evidence in memory, so also while the database is away.
   */
  void want(Decision decision) {
    Set<Long> ofRole =
        wantedMasks.computeIfAbsent(
            decision.routes().policy().name(), r -> ConcurrentHashMap.newKeySet());
    if (ofRole.size() < MOST_MASKS && ofRole.add(decision.unseen())) {
      LockSupport.unpark(maskBuilder);
    }
  }

  private void buildWantedMasks() {
    while (!stopping) {
      LockSupport.park();
      try {
        Thread.sleep(GATHER_MILLIS); // masks come in bursts, and may well share a snapshot
        rebuild(current.get().source());
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) { // or the thread would end unseen; the next snapshot has them
        LOG.errorf(e, "allocations for new masks could not be built");
      }
    }
  }

  void start(@Observes @Priority(PolicyLoader.AT_START + 1) StartupEvent event) {
    Optional<StoredSnapshot> stored = file.read();
    if (stored.isPresent()) {
      PolicyBook.Published published = stored.get().published();
      if (!published.policy().digest().equals(policies.current().policy().digest())) {
        LOG.warnf(
            "the policy of %s is new here: version %d from the last run answers until the database"
                + " has numbered it",
            policies.current().source(), published.version());
      }
      policies.publish(published);
      keys.seed(stored.get().keys());
      posteriors.seed(stored.get().posteriors());
      killSwitch.seed(stored.get().killSwitch());
      rebuild(AllocationSnapshot.Source.DISK);
    } else {
      rebuild(AllocationSnapshot.Source.STATIC);
    }
    posteriors.subscribe(evidence -> follow());
    killSwitch.subscribe(this::takeKillSwitch);
    maskBuilder.setDaemon(true);
    maskBuilder.start();
  }

  /** From here on the database is followed: every new evidence is the next snapshot. */
  void databaseReady(@Observes @Priority(DatabaseReady.Order.POSTERIORS + 1) DatabaseReady ready) {
    live = true;
    policies.subscribe(
        published -> {
          wantedMasks.clear(); // they are bits of the former policy's candidates
          follow();
        });
    follow();
  }

  void stop(@Observes ShutdownEvent event) {
    stopping = true;
    maskBuilder.interrupt();
    file.close();
  }

  private void follow() {
    if (live) {
      file.keep(rebuild(AllocationSnapshot.Source.LIVE));
    }
  }

  /** How the models stand, as far as it is known. */
  PoolState pool() {
    return pool;
  }

  /** How the models stand now: gates before the next request, and allocations for what is left. */
  void take(PoolState standing) {
    boolean alike = standing.gatesAlike(pool);
    pool = standing;
    AllocationSnapshot snapshot = current.get();
    if (snapshot != null && !alike) {
      rebuild(snapshot.source());
    }
  }

  /**
   * The masks that requests met, and what the gates make of them and of the common one: so no
   * request has to wait for the allocation that a model's illness brings.
   */
  private Map<String, Set<Long>> behind(
      Map<String, RoleGates> gates, PolicyBook.Published published) {
    if (gates.isEmpty()) {
      return wantedMasks;
    }
    Map<String, Set<Long>> masks = new HashMap<>(wantedMasks);
    gates.forEach(
        (role, its) -> {
          Set<Long> wanted = wantedMasks.getOrDefault(role, Set.of());
          int arms = published.policy().roles().get(role).candidates().size();
          Set<Long> ofRole = new HashSet<>(wanted);
          ofRole.addAll(its.masks(arms == Long.SIZE ? -1L : (1L << arms) - 1));
          wanted.forEach(mask -> ofRole.addAll(its.masks(mask)));
          masks.put(role, ofRole);
        });
    return masks;
  }

  private synchronized StoredSnapshot rebuild(AllocationSnapshot.Source source) {
    PolicyBook.Published published = policies.current();
    PosteriorSnapshot evidence = posteriors.current();
    DecisionKeys signing = keys.current();
    Map<String, RoleGates> gates = RoleGates.of(published.policy().roles().values(), pool);
    current.set(
        builder
            .build(source, published, evidence, signing, behind(gates, published), current.get())
            .withGates(gates));
    takeKillSwitchOnly(); // it may have been turned meanwhile
    return new StoredSnapshot(published, signing, evidence, killSwitch.current());
  }

  /** At once, whatever is being built meanwhile; on disk soon, where there is more to store. */
  private void takeKillSwitch() {
    takeKillSwitchOnly();
    if (current.get().source() != AllocationSnapshot.Source.STATIC) {
      file.keep(
          new StoredSnapshot(
              policies.current(), keys.current(), posteriors.current(), killSwitch.current()));
    }
  }

  private void takeKillSwitchOnly() {
    current.updateAndGet(snapshot -> snapshot.withKillSwitch(killSwitch.current().on()));
  }
}
