package io.floorkeeper.policy;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The numbers of roles, arms and buckets in Postgres. Who gives numbers holds the lock of {@link
 * PolicyRepository}; what is there already costs no number.
 */
@ApplicationScoped
class NumberRegistry {
  private static final int DEFAULT_TENANT = 0;

  /** Numbers what has none yet, in the caller's transaction. */
  void give(Connection connection, Policy policy) throws SQLException {
    giveRoles(connection, policy.roles().keySet());
    TreeSet<String> arms = new TreeSet<>();
    policy.roles().values().forEach(r -> r.candidates().forEach(arm -> arms.add(arm.key())));
    giveArms(connection, arms);
    for (RolePolicy role : policy.roles().values()) {
      List<String> meanings = role.context().map(ContextPolicy::meanings).orElse(List.of());
      if (!meanings.isEmpty()) {
        giveBuckets(connection, role.name(), meanings);
      }
    }
  }

  private static void giveRoles(Connection connection, Collection<String> names)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into role (tenant_no, name)
            select ?, name from unnest(?) with ordinality as new (name, place)
            where not exists (select from role where tenant_no = ? and role.name = new.name)
            order by place
            """)) {
      insert.setInt(1, DEFAULT_TENANT);
      insert.setArray(2, connection.createArrayOf("text", names.toArray()));
      insert.setInt(3, DEFAULT_TENANT);
      insert.executeUpdate();
    }
  }

  private static void giveArms(Connection connection, Collection<String> keys) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into arm (tenant_no, arm_no, key)
            select ?, (select coalesce(max(arm_no), 0) from arm where tenant_no = ?)
                + row_number() over (order by place), key
            from unnest(?) with ordinality as new (key, place)
            where not exists (select from arm where tenant_no = ? and arm.key = new.key)
            """)) {
      insert.setInt(1, DEFAULT_TENANT);
      insert.setInt(2, DEFAULT_TENANT);
      insert.setArray(3, connection.createArrayOf("text", keys.toArray()));
      insert.setInt(4, DEFAULT_TENANT);
      insert.executeUpdate();
    }
  }

  /**
   * Buckets are numbered within their role, by what they mean. A role that has used up its numbers
   * gets no more: such a bucket is stamped 0, no context, and stays out of every split.
   */
  private static void giveBuckets(Connection connection, String role, List<String> meanings)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            with owner as (select role_no from role where tenant_no = ? and name = ?)
            insert into context_bucket (role_no, bucket, meaning)
            select role_no, bucket, meaning from (
              select role_no, meaning, row_number() over (order by place)
                + (select coalesce(max(bucket), 0) from context_bucket join owner using (role_no)) as bucket
              from unnest(?) with ordinality as new (meaning, place), owner
              where not exists (select from context_bucket b
                where b.role_no = owner.role_no and md5(b.meaning) = md5(new.meaning))) as numbered
            where bucket <= ?
            """)) {
      insert.setInt(1, DEFAULT_TENANT);
      insert.setString(2, role);
      insert.setArray(3, connection.createArrayOf("text", meanings.toArray()));
      insert.setInt(4, Numbers.MOST_BUCKET_NO);
      insert.executeUpdate();
    }
  }

  /** All numbers that were ever given. */
  Numbers read(Connection connection) throws SQLException {
    Map<String, Map<String, Integer>> buckets = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select r.name, b.meaning, b.bucket from context_bucket b join role r using (role_no)"
                + " where r.tenant_no = ?")) {
      select.setInt(1, DEFAULT_TENANT);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          buckets
              .computeIfAbsent(row.getString(1), role -> new HashMap<>())
              .put(row.getString(2), row.getInt(3));
        }
      }
    }
    return new Numbers(
        byName(connection, "select name, role_no from role where tenant_no = ?"),
        byName(connection, "select key, arm_no from arm where tenant_no = ?"),
        buckets);
  }

  private static Map<String, Integer> byName(Connection connection, String query)
      throws SQLException {
    Map<String, Integer> numbers = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(query)) {
      select.setInt(1, DEFAULT_TENANT);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          numbers.put(row.getString(1), row.getInt(2));
        }
      }
    }
    return numbers;
  }
}
