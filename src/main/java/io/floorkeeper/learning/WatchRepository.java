package io.floorkeeper.learning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The detectors of roles in Postgres. The caller holds the locks of the roles, so that two replicas
 * take turns.
 */
@ApplicationScoped
class WatchRepository {
  private final ObjectMapper json;

  WatchRepository(ObjectMapper json) {
    this.json = json;
  }

  /** The watches of these roles, by role number; each has one. */
  TreeMap<Integer, RoleWatch> read(Connection connection, Collection<Integer> roleNos)
      throws SQLException {
    Map<Integer, Map<RoleWatch.Key, Object>> states = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select role_no, bucket, arm_no, kind, state from watch where role_no = any (?)")) {
      select.setArray(1, connection.createArrayOf("integer", roleNos.toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          RoleWatch.Kind kind =
              RoleWatch.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT));
          states
              .computeIfAbsent(row.getInt("role_no"), r -> new HashMap<>())
              .put(
                  new RoleWatch.Key(row.getInt("arm_no"), row.getInt("bucket"), kind),
                  json.readValue(row.getString("state"), RoleWatch.stateOf(kind)));
        }
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a watch holds broken JSON", e);
    }
    TreeMap<Integer, RoleWatch> watches = new TreeMap<>();
    roleNos.forEach(no -> watches.put(no, new RoleWatch(states.getOrDefault(no, Map.of()))));
    return watches;
  }

  /** Writes what has changed. */
  void write(Connection connection, TreeMap<Integer, RoleWatch> watches) throws SQLException {
    try (PreparedStatement upsert =
        connection.prepareStatement(
            "insert into watch (role_no, bucket, arm_no, kind, state)"
                + " values (?, ?, ?, ?, ?::jsonb) on conflict (role_no, bucket, arm_no, kind) do update set state = excluded.state")) {
      boolean any = false;
      for (Map.Entry<Integer, RoleWatch> watch : watches.entrySet()) {
        for (Map.Entry<RoleWatch.Key, Object> state : watch.getValue().changed().entrySet()) {
          upsert.setInt(1, watch.getKey());
          upsert.setInt(2, state.getKey().bucket());
          upsert.setInt(3, state.getKey().armNo());
          upsert.setString(4, state.getKey().kind().toString());
          upsert.setString(5, json.writeValueAsString(state.getValue()));
          upsert.addBatch();
          any = true;
        }
      }
      if (any) {
        upsert.executeBatch();
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("plain values are always writable as JSON", e);
    }
  }
}
