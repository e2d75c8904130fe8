package io.floorkeeper.learning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.platform.ArrayColumns;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
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

  private record Changed(int roleNo, RoleWatch.Key key, String state) {}

  /** Writes what has changed. */
  void write(Connection connection, TreeMap<Integer, RoleWatch> watches) throws SQLException {
    List<Changed> rows = new ArrayList<>();
    try {
      for (Map.Entry<Integer, RoleWatch> watch : watches.entrySet()) {
        for (Map.Entry<RoleWatch.Key, Object> state : watch.getValue().changed().entrySet()) {
          rows.add(
              new Changed(
                  watch.getKey(), state.getKey(), json.writeValueAsString(state.getValue())));
        }
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("plain values are always writable as JSON", e);
    }
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement upsert =
        connection.prepareStatement(
            """
            insert into watch (role_no, bucket, arm_no, kind, state)
            select u.role_no, u.bucket, u.arm_no, u.kind, u.state::jsonb
            from unnest(?::integer[], ?::integer[], ?::integer[], ?::text[], ?::text[])
              as u (role_no, bucket, arm_no, kind, state)
            on conflict (role_no, bucket, arm_no, kind) do update set state = excluded.state
            """)) {
      new ArrayColumns<Changed>(upsert, rows)
          .ints(Changed::roleNo)
          .ints(r -> r.key.bucket())
          .ints(r -> r.key.armNo())
          .texts(r -> r.key.kind().toString())
          .texts(Changed::state);
      upsert.executeUpdate();
    }
  }
}
