package io.floorkeeper.access;

import io.floorkeeper.platform.AuditTrail;
import io.floorkeeper.platform.Problem;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Keys and tenants in Postgres, over a connection that the caller brings: the service's own, or
 * that of the command line, which makes the first key before anybody can be asked over HTTP. Plain
 * JDBC because the command does not boot a persistence unit for one row.
 */
final class KeyRepository {

  /** What is done over one connection. */
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  private static final int MOST_TENANT_NO = Short.MAX_VALUE;

  private static final String SELECT =
      """
      select k.key_id, k.hash, k.name, k.tenant_no, t.name, k.all_tenants, k.scopes, k.data_class,
        k.created_at, k.created_by, k.expires_at, k.revoked_at
      from api_key k join tenant t using (tenant_no)
      """;

  private KeyRepository() {}

  /** Does it as a whole or not at all, and closes the connection. */
  static <T> T inTransaction(Connection opened, Work<T> work) throws SQLException {
    try (Connection connection = opened) {
      connection.setAutoCommit(false);
      try {
        T result = work.on(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  /** What moves whenever a key or a tenant does. */
  static long version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select version from api_key_change")) {
      row.next();
      return row.getLong(1);
    }
  }

  static List<StoredKey> all(Connection connection) throws SQLException {
    List<StoredKey> keys = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(SELECT + " order by k.created_at, k.key_id")) {
      while (rows.next()) {
        keys.add(key(rows));
      }
    }
    return keys;
  }

  static Optional<StoredKey> find(Connection connection, String keyId) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SELECT + " where k.key_id = ?")) {
      select.setString(1, keyId);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? Optional.of(key(rows)) : Optional.empty();
      }
    }
  }

  static Map<String, Integer> tenants(Connection connection) throws SQLException {
    Map<String, Integer> tenants = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select name, tenant_no from tenant")) {
      while (rows.next()) {
        tenants.put(rows.getString(1), rows.getInt(2));
      }
    }
    return tenants;
  }

  /**
   * Enters a key, and its tenant where it is the first of it. Nothing happens where the id is
   * there.
   *
   * @param connection in a transaction that the caller commits
   * @param key its tenant counts by name, the number is given here
   * @return whether it is new
   */
  static boolean insert(Connection connection, StoredKey key) throws SQLException {
    boolean entered = insertRow(connection, key);
    if (entered) {
      AuditTrail.append(
          connection,
          AuditTrail.KEY_CREATED,
          key.createdBy(),
          "key " + key.keyId(),
          key.name() + ": " + key.inWords());
    }
    return entered;
  }

  /**
   * Enters a key whose id was drawn.
   *
   * @param connection in a transaction that the caller commits
   * @return the key as it stands in the table
   */
  static StoredKey enter(Connection connection, StoredKey key) throws SQLException {
    if (!insert(connection, key)) {
      throw new IllegalStateException("drew a key id that is there already: ask again");
    }
    return find(connection, key.keyId()).orElseThrow();
  }

  private static boolean insertRow(Connection connection, StoredKey key) throws SQLException {
    int tenantNo = tenantNo(connection, key.tenant());
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into api_key (key_id, hash, name, tenant_no, all_tenants, scopes, data_class,
              created_at, created_by, expires_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
            """)) {
      insert.setString(1, key.keyId());
      insert.setBytes(2, key.hash());
      insert.setString(3, key.name());
      insert.setInt(4, tenantNo);
      insert.setBoolean(5, key.allTenants());
      insert.setArray(6, connection.createArrayOf("text", key.scopes().toArray()));
      insert.setString(7, key.dataClass());
      insert.setObject(8, utc(key.createdAt()));
      insert.setString(9, key.createdBy());
      insert.setObject(10, utc(key.expiresAt()));
      return insert.executeUpdate() == 1;
    }
  }

  /**
   * Revokes it from now on; a key that is revoked stays as it is.
   *
   * @param connection in a transaction that the caller commits
   * @param within whether the caller may: where not, it is as if there were no such key
   * @param by the name of the caller
   * @return the key as it is now
   */
  static StoredKey revoke(
      Connection connection, String keyId, Predicate<StoredKey> within, String by)
      throws SQLException {
    StoredKey key =
        find(connection, keyId)
            .filter(within)
            .orElseThrow(() -> new Problem.NotFound("unknown_key", "id", "there is no such key"));
    try (PreparedStatement update =
        connection.prepareStatement(
            "update api_key set revoked_at = now() where key_id = ? and revoked_at is null")) {
      update.setString(1, keyId);
      if (update.executeUpdate() == 1) {
        AuditTrail.append(connection, AuditTrail.KEY_REVOKED, by, "key " + keyId, key.name());
      }
    }
    return find(connection, keyId).orElseThrow();
  }

  private static int tenantNo(Connection connection, String name) throws SQLException {
    Integer known = tenants(connection).get(name);
    if (known != null) {
      return known;
    }
    try (Statement lock = connection.createStatement();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                insert into tenant (tenant_no, name)
                select coalesce(max(tenant_no), 0) + 1, ? from tenant
                having coalesce(max(tenant_no), 0) < ?
                on conflict (name) do nothing
                """)) {
      lock.execute("lock table tenant in share row exclusive mode"); // numbers come one by one
      insert.setString(1, name);
      insert.setInt(2, MOST_TENANT_NO);
      insert.executeUpdate();
    }
    Integer numbered = tenants(connection).get(name);
    if (numbered == null) {
      throw new Problem.Unprocessable(
          "no_tenant_numbers", "tenant", "there are " + MOST_TENANT_NO + " tenants already");
    }
    return numbered;
  }

  private static StoredKey key(ResultSet row) throws SQLException {
    return new StoredKey(
        row.getString(1),
        row.getBytes(2),
        row.getString(3),
        row.getInt(4),
        row.getString(5),
        row.getBoolean(6),
        Arrays.asList((String[]) row.getArray(7).getArray()),
        row.getString(8),
        instant(row, 9),
        row.getString(10),
        instant(row, 11),
        instant(row, 12));
  }

  private static Instant instant(ResultSet row, int column) throws SQLException {
    OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
    return at == null ? null : at.toInstant();
  }

  private static OffsetDateTime utc(Instant at) {
    return at == null ? null : at.atOffset(ZoneOffset.UTC);
  }
}
