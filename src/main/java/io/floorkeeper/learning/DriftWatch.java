package io.floorkeeper.learning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.bandit.DriftDetector;
import io.floorkeeper.bandit.EDetector;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.posterior.EvidenceKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The drift detectors of the arms, in Postgres: each episode's first label once, in commit order.
 * The caller holds the locks of the roles, so that two replicas take turns.
 */
@ApplicationScoped
class DriftWatch {
  private final ObjectMapper json;

  DriftWatch(ObjectMapper json) {
    this.json = json;
  }

  /**
   * One arm of one role, and the bucket within which it is compared with its past: 0, the role as a
   * whole, while the role's context is not in force. Where it is, an arm is given the tasks that
   * suit it, and would seem to drift upward from the moment on.
   */
  record ArmKey(int roleNo, int bucket, int armNo) implements Comparable<ArmKey> {
    static ArmKey of(EvidenceKey key, DecisionId decision) {
      return new ArmKey(
          key.roleNo(), decision.has(DecisionId.BY_CONTEXT) ? key.bucket() : 0, key.armNo());
    }

    @Override
    public int compareTo(ArmKey o) {
      int byRole = Integer.compare(roleNo, o.roleNo);
      int byBucket = Integer.compare(bucket, o.bucket);
      return byRole != 0 ? byRole : byBucket != 0 ? byBucket : Integer.compare(armNo, o.armNo);
    }
  }

  /** A label that opened an episode's judgement. */
  record FirstLabel(ArmKey arm, double quality) {}

  /** An alarm. */
  record Reset(ArmKey arm, DriftDetector.Drift direction) {}

  /**
   * @param labels in commit order
   * @return the alarms, at most one per arm and batch
   */
  List<Reset> watch(Connection connection, List<FirstLabel> labels) throws SQLException {
    TreeMap<ArmKey, List<Double>> byArm = new TreeMap<>();
    labels.forEach(l -> byArm.computeIfAbsent(l.arm, a -> new ArrayList<>()).add(l.quality));
    Map<ArmKey, DriftDetector> watches = new TreeMap<>();
    List<Reset> resets = new ArrayList<>();
    for (Map.Entry<ArmKey, List<Double>> entry : byArm.entrySet()) {
      DriftDetector watch = read(connection, entry.getKey());
      DriftDetector.Drift drift = DriftDetector.Drift.NONE;
      for (double quality : entry.getValue()) {
        DriftDetector.Drift now = watch.update(quality);
        drift = now == DriftDetector.Drift.NONE ? drift : now;
      }
      if (drift != DriftDetector.Drift.NONE) {
        resets.add(new Reset(entry.getKey(), drift));
      }
      watches.put(entry.getKey(), watch);
    }
    write(connection, watches);
    return resets;
  }

  private DriftDetector read(Connection connection, ArmKey arm) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select state from drift_watch where role_no = ? and bucket = ? and arm_no = ?")) {
      select.setInt(1, arm.roleNo);
      select.setInt(2, arm.bucket);
      select.setInt(3, arm.armNo);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? DriftDetector.restored(json.readValue(row.getString(1), DriftDetector.State.class))
            : DriftDetector.fresh(EDetector.ARM_THRESHOLD);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the drift watch holds broken JSON", e);
    }
  }

  private void write(Connection connection, Map<ArmKey, DriftDetector> watches)
      throws SQLException {
    if (watches.isEmpty()) {
      return;
    }
    try (PreparedStatement upsert =
        connection.prepareStatement(
            "insert into drift_watch (role_no, bucket, arm_no, state) values (?, ?, ?, ?::jsonb)"
                + " on conflict (role_no, bucket, arm_no) do update set state = excluded.state")) {
      for (Map.Entry<ArmKey, DriftDetector> entry : watches.entrySet()) {
        upsert.setInt(1, entry.getKey().roleNo);
        upsert.setInt(2, entry.getKey().bucket);
        upsert.setInt(3, entry.getKey().armNo);
        upsert.setString(4, json.writeValueAsString(entry.getValue().state()));
        upsert.addBatch();
      }
      upsert.executeBatch();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("plain values are always writable as JSON", e);
    }
  }
}
