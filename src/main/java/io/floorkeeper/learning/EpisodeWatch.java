package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.Beliefs;
import io.floorkeeper.posterior.RoleEvidence;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * What the roles' detectors say of what episodes have become: each episode's first label of its own
 * once, in commit order. Corrections are not played again, and neither what a session shares out
 * nor a default was seen of the episode itself.
 */
@ApplicationScoped
class EpisodeWatch {
  private static final Logger LOG = Logger.getLogger(EpisodeWatch.class);

  private final RoleStateRepository roleStates;
  private final WatchRepository watches;

  EpisodeWatch(RoleStateRepository roleStates, WatchRepository watches) {
    this.roleStates = roleStates;
    this.watches = watches;
  }

  /**
   * Hands them to the detectors of their roles, in this order.
   *
   * @param roleNos of them, locked
   * @return alarms by role
   */
  Map<Integer, List<RoleWatch.Alarm>> watch(
      Connection connection, List<EpisodeChange> changes, Set<Integer> roleNos, PolicyView policy)
      throws SQLException {
    TreeMap<Integer, RoleWatch> ofRoles = watches.read(connection, roleNos);
    Set<RoleStateRepository.BlockKey> blocks = new HashSet<>();
    changes.forEach(c -> blocks.add(blockOf(c.after())));
    Map<RoleStateRepository.BlockKey, Double> floors = roleStates.floors(connection, blocks);
    Map<Integer, List<RoleWatch.Alarm>> alarms = new TreeMap<>();
    for (EpisodeChange change : changes) {
      int roleNo = change.after().startKey().roleNo();
      RoleWatch watch = ofRoles.get(roleNo);
      Optional<RolePolicy> role = policy.roleName(roleNo).flatMap(policy::role);
      Double recorded = floors.get(blockOf(change.after()));
      OptionalDouble floor =
          recorded != null ? OptionalDouble.of(recorded) : unrecorded(policy, role, change.after());
      List<RoleWatch.Alarm> raised = new ArrayList<>();
      judge(change, watch, role, floor, raised);
      OptionalDouble ceilingUsd =
          role.flatMap(r -> r.ceiling().costUsdPerCall())
              .map(usd -> OptionalDouble.of(usd.doubleValue()))
              .orElse(OptionalDouble.empty());
      for (JudgedCall call : change.calls()) {
        call.nanoUsd()
            .ifPresent(
                nano ->
                    raised.addAll(
                        watch.paid(
                            call.ranOn(),
                            change.after().startKey().bucket(),
                            (double) nano / Evidence.NANOS_PER_USD,
                            ceilingUsd)));
      }
      if (!raised.isEmpty()) {
        alarms.computeIfAbsent(roleNo, r -> new ArrayList<>()).addAll(raised);
      }
    }
    watches.write(connection, ofRoles);
    return alarms;
  }

  private static void judge(
      EpisodeChange change,
      RoleWatch watch,
      Optional<RolePolicy> role,
      OptionalDouble floor,
      List<RoleWatch.Alarm> raised) {
    Episode episode = change.after();
    int armNo = episode.startKey().armNo();
    boolean perArm =
        role.flatMap(RolePolicy::floor)
            .map(f -> f.scope() == QualityFloor.Scope.PER_ARM)
            .orElse(false);
    boolean isBase = episode.has(DecisionId.BASE_LABEL);
    int byContext = episode.has(DecisionId.BY_CONTEXT) ? episode.startKey().bucket() : 0;
    if (change.isFirstLabel()) {
      Label label = episode.ownLabel().orElseThrow();
      raised.addAll(
          watch.judged(
              new RoleWatch.Judged(
                  armNo,
                  label.qualityMicros() / 1e6,
                  label.weightMicros() / 1e6,
                  isBase,
                  floor,
                  perArm,
                  byContext)));
    } else if (isBase && change.isFirstSeen()) {
      raised.addAll(watch.unjudged(armNo, floor, perArm && byContext == 0));
    }
  }

  private static RoleStateRepository.BlockKey blockOf(Episode episode) {
    return new RoleStateRepository.BlockKey(
        episode.startKey().roleNo(), episode.startKey().block());
  }

  /** Of a block that is not there yet, or from before floors were recorded. */
  private static OptionalDouble unrecorded(
      PolicyView policy, Optional<RolePolicy> role, Episode episode) {
    boolean settled =
        episode.startKey().block() == 0
            || role.flatMap(RolePolicy::floor)
                .map(f -> f.kind() == QualityFloor.Kind.ABSOLUTE)
                .orElse(false);
    return settled && role.isPresent()
        ? Beliefs.floor(policy.numbers(), role.get(), RoleEvidence.none(0))
        : OptionalDouble.empty();
  }

  /** Totals of alarms, which it tells the log. */
  static Map<String, Long> counted(Map<Integer, List<RoleWatch.Alarm>> alarms) {
    TreeMap<String, Long> totals = new TreeMap<>();
    alarms.forEach(
        (roleNo, raised) -> {
          for (RoleWatch.Alarm alarm : raised) {
            LOG.warnf(
                "alarm %s of role %d%s",
                alarm.cause(), roleNo, alarm.concernsArm() ? ", arm " + alarm.armNo() : "");
            totals.merge("alarms", 1L, Long::sum);
            if (alarm.cause() == RoleWatch.Cause.DRIFT_DOWN
                || alarm.cause() == RoleWatch.Cause.DRIFT_UP) {
              totals.merge("resets", 1L, Long::sum);
            }
          }
        });
    return totals;
  }
}
