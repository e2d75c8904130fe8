package io.floorkeeper.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The keys of outcomes that were taken: so that one that is sent again counts once. */
@ApplicationScoped
public class OutcomeRepository {

  /**
   * @param scope the sender's tenant; -1: of all tenants
   * @param item place in the request that had the key
   */
  public record OutcomeKey(int scope, String key, int item) {}

  /** A request: all that was sent under one key. */
  public record RequestKey(int scope, String key) {}

  /** Each key's first row is found by the primary key, however many items it has. */
  private static final String DECIDING =
      """
      select u.scope, u.key, o.body_sha256
      from unnest(?::integer[], ?::text[]) as u (scope, key)
      cross join lateral (
        select body_sha256 from outcome where caller_scope = u.scope and idempotency_key = u.key
        order by told_at, item limit 1) o
      """;

  private static final String INSERT =
      """
      insert into outcome (caller_scope, idempotency_key, item, body_sha256)
      select * from unnest(?::integer[], ?::text[], ?::integer[], ?::bytea[]) as u (scope, key, item, hash)
      order by u.scope, u.key collate "C", u.item
      on conflict do nothing returning caller_scope, idempotency_key, item
      """;

  /**
   * Takes keys.
   *
   * @param hashes of the whole request, hexadecimal, by key
   * @return those that were not taken before
   */
  public Set<OutcomeKey> take(Connection connection, Map<OutcomeKey, String> hashes)
      throws SQLException {
    Set<OutcomeKey> fresh = new HashSet<>();
    if (hashes.isEmpty()) {
      return fresh;
    }
    List<Map.Entry<OutcomeKey, String>> rows = List.copyOf(hashes.entrySet());
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setArray(1, array(connection, "integer", rows.stream().map(r -> r.getKey().scope)));
      insert.setArray(2, array(connection, "text", rows.stream().map(r -> r.getKey().key)));
      insert.setArray(3, array(connection, "integer", rows.stream().map(r -> r.getKey().item)));
      insert.setArray(
          4,
          connection.createArrayOf(
              "bytea",
              rows.stream()
                  .map(r -> HexFormat.of().parseHex(r.getValue()))
                  .toArray(byte[][]::new)));
      try (ResultSet row = insert.executeQuery()) {
        while (row.next()) {
          fresh.add(new OutcomeKey(row.getInt(1), row.getString(2), row.getInt(3)));
        }
      }
    }
    return fresh;
  }

  /** The hashes, hexadecimal, of the requests that these keys were first taken with. */
  public Map<RequestKey, String> deciding(Connection connection, Set<RequestKey> keys)
      throws SQLException {
    Map<RequestKey, String> deciding = new HashMap<>();
    if (keys.isEmpty()) {
      return deciding;
    }
    List<RequestKey> asked = List.copyOf(keys);
    try (PreparedStatement select = connection.prepareStatement(DECIDING)) {
      select.setArray(1, array(connection, "integer", asked.stream().map(RequestKey::scope)));
      select.setArray(2, array(connection, "text", asked.stream().map(RequestKey::key)));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          deciding.put(
              new RequestKey(row.getInt(1), row.getString(2)),
              HexFormat.of().formatHex(row.getBytes(3)));
        }
      }
    }
    return deciding;
  }

  /** The hashes, hexadecimal, of the requests that these keys were taken with, by item. */
  public Map<Integer, String> taken(Connection connection, int scope, String key)
      throws SQLException {
    Map<Integer, String> taken = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select item, body_sha256 from outcome where caller_scope = ? and idempotency_key = ?")) {
      select.setInt(1, scope);
      select.setString(2, key);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          taken.put(row.getInt(1), HexFormat.of().formatHex(row.getBytes(2)));
        }
      }
    }
    return taken;
  }

  private static java.sql.Array array(
      Connection connection, String type, java.util.stream.Stream<?> values) throws SQLException {
    return connection.createArrayOf(type, values.toArray());
  }
}
