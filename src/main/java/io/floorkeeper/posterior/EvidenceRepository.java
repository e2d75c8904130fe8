package io.floorkeeper.posterior;

import io.floorkeeper.bandit.BlockEvidence;
import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.platform.ArrayColumns;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The integer sums in Postgres. Every method works in the caller's transaction.
 *
 * <p>Sums are added in the database ({@code sum = sum + delta}), never read and written back, so
 * replicas that learn at once cannot lose one another's evidence.
 */
@ApplicationScoped
public class EvidenceRepository {

  private final AlarmRepository alarms;

  EvidenceRepository(AlarmRepository alarms) {
    this.alarms = alarms;
  }

  private static final String ADD =
      """
      insert into evidence as e (role_no, bucket, arm_no, block, part, episodes, labels, sum_v, sum_v2, sum_vq,
        input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
        token_episodes, dollar_episodes, sum_nano_usd, sum_nano_usd2, errors, latency_count,
        sum_latency_millis)
      select u.* from unnest(?::integer[], ?::integer[], ?::integer[], ?::integer[], ?::integer[], ?::bigint[],
        ?::bigint[], ?::numeric[], ?::numeric[], ?::numeric[], ?::bigint[], ?::bigint[], ?::bigint[],
        ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::numeric[], ?::numeric[], ?::bigint[],
        ?::bigint[], ?::bigint[]) as u (role_no, bucket, arm_no, block, part)
      order by u.role_no, u.bucket, u.arm_no, u.block, u.part
      on conflict (role_no, bucket, arm_no, block, part) do update set
        episodes = e.episodes + excluded.episodes,
        labels = e.labels + excluded.labels,
        sum_v = e.sum_v + excluded.sum_v,
        sum_v2 = e.sum_v2 + excluded.sum_v2,
        sum_vq = e.sum_vq + excluded.sum_vq,
        input_tokens = e.input_tokens + excluded.input_tokens,
        cache_read_tokens = e.cache_read_tokens + excluded.cache_read_tokens,
        cache_write_tokens = e.cache_write_tokens + excluded.cache_write_tokens,
        output_tokens = e.output_tokens + excluded.output_tokens,
        reasoning_tokens = e.reasoning_tokens + excluded.reasoning_tokens,
        token_episodes = e.token_episodes + excluded.token_episodes,
        dollar_episodes = e.dollar_episodes + excluded.dollar_episodes,
        sum_nano_usd = e.sum_nano_usd + excluded.sum_nano_usd,
        sum_nano_usd2 = e.sum_nano_usd2 + excluded.sum_nano_usd2,
        errors = e.errors + excluded.errors,
        latency_count = e.latency_count + excluded.latency_count,
        sum_latency_millis = e.sum_latency_millis + excluded.sum_latency_millis
      """;

  private static final String ADD_LATENCY =
      """
      insert into evidence_latency as l (role_no, bucket, arm_no, bin, calls)
      select u.role_no, u.bucket, u.arm_no, u.bin, sum(u.calls)::bigint
      from unnest(?::integer[], ?::integer[], ?::integer[], ?::integer[], ?::bigint[])
        as u (role_no, bucket, arm_no, bin, calls)
      group by 1, 2, 3, 4 order by 1, 2, 3, 4
      on conflict (role_no, bucket, arm_no, bin) do update set calls = l.calls + excluded.calls
      """;

  /** Adds what is new, in key order. */
  public void add(Connection connection, SortedMap<EvidenceKey, Evidence> deltas)
      throws SQLException {
    if (deltas.isEmpty()) {
      return;
    }
    List<Map.Entry<EvidenceKey, Evidence>> rows = List.copyOf(deltas.entrySet());
    try (PreparedStatement add = connection.prepareStatement(ADD)) {
      new ArrayColumns<Map.Entry<EvidenceKey, Evidence>>(add, rows)
          .ints(r -> r.getKey().roleNo())
          .ints(r -> r.getKey().bucket())
          .ints(r -> r.getKey().armNo())
          .ints(r -> r.getKey().block())
          .ints(r -> r.getKey().part())
          .longs(r -> r.getValue().episodes())
          .longs(r -> r.getValue().labels())
          .integers(r -> r.getValue().sumV())
          .integers(r -> r.getValue().sumV2())
          .integers(r -> r.getValue().sumVQ())
          .longs(r -> r.getValue().inputTokens())
          .longs(r -> r.getValue().cacheReadTokens())
          .longs(r -> r.getValue().cacheWriteTokens())
          .longs(r -> r.getValue().outputTokens())
          .longs(r -> r.getValue().reasoningTokens())
          .longs(r -> r.getValue().tokenEpisodes())
          .longs(r -> r.getValue().dollarEpisodes())
          .integers(r -> r.getValue().sumNanoUsd())
          .integers(r -> r.getValue().sumNanoUsd2())
          .longs(r -> r.getValue().errors())
          .longs(r -> r.getValue().latencyCount())
          .longs(r -> r.getValue().sumLatencyMillis());
      add.executeUpdate();
    }
  }

  private record Bin(EvidenceKey key, int bin, long calls) {}

  /**
   * Adds calls to the latency sketches, which are of arms whatever the block; the inner map is
   * calls by bin.
   */
  public void addLatencies(
      Connection connection, SortedMap<EvidenceKey, ? extends Map<Integer, Long>> bins)
      throws SQLException {
    List<Bin> rows = new ArrayList<>();
    bins.forEach((key, ofKey) -> ofKey.forEach((bin, calls) -> rows.add(new Bin(key, bin, calls))));
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement add = connection.prepareStatement(ADD_LATENCY)) {
      new ArrayColumns<Bin>(add, rows)
          .ints(r -> r.key.roleNo())
          .ints(r -> r.key.bucket())
          .ints(r -> r.key.armNo())
          .ints(Bin::bin)
          .longs(Bin::calls);
      add.executeUpdate();
    }
  }

  /** The epoch of every role that has one: what to look at to know what to read again. */
  public Map<Integer, Long> epochs(Connection connection) throws SQLException {
    Map<Integer, Long> epochs = new HashMap<>();
    try (PreparedStatement select =
            connection.prepareStatement("select role_no, epoch from role_state");
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        epochs.put(rows.getInt(1), rows.getLong(2));
      }
    }
    return epochs;
  }

  /**
   * The evidence of these roles. To be of one moment it must be read under REPEATABLE READ.
   *
   * @return by role number; roles without evidence are left out
   */
  public Map<Integer, RoleEvidence> read(Connection connection, Collection<Integer> roleNos)
      throws SQLException {
    Object[] numbers = roleNos.toArray();
    Map<Integer, long[]> states = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select role_no, calls, epoch, block from role_state where role_no = any (?)")) {
      select.setArray(1, connection.createArrayOf("integer", numbers));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          states.put(rows.getInt(1), new long[] {rows.getLong(2), rows.getLong(3), rows.getInt(4)});
        }
      }
    }
    Map<ArmKey, Map<Integer, Long>> latencies = readLatencies(connection, numbers);
    Map<Integer, List<ArmEvidence>> arms = new HashMap<>();
    readBlocks(connection, numbers)
        .forEach(
            (key, parts) -> {
              List<BlockEvidence> first = parts.remove(EvidenceKey.FIRST_PASS);
              arms.computeIfAbsent(key.roleNo, r -> new ArrayList<>())
                  .add(
                      new ArmEvidence(
                          key.bucket,
                          key.armNo,
                          first == null ? List.of() : first,
                          parts,
                          latencies.getOrDefault(key, Map.of())));
            });
    Map<Integer, List<ArmStanding>> standings = alarms.standings(connection, numbers);
    Map<Integer, List<RaisedAlarm>> raised = alarms.latest(connection, numbers);
    Map<Integer, RoleEvidence> roles = new HashMap<>();
    states.forEach(
        (roleNo, s) ->
            roles.put(
                roleNo,
                new RoleEvidence(
                    roleNo,
                    s[0],
                    s[1],
                    (int) s[2],
                    arms.getOrDefault(roleNo, List.of()),
                    standings.getOrDefault(roleNo, List.of()),
                    raised.getOrDefault(roleNo, List.of()))));
    return roles;
  }

  private record ArmKey(int roleNo, int bucket, int armNo) {}

  private static Map<ArmKey, Map<Integer, Long>> readLatencies(
      Connection connection, Object[] roleNos) throws SQLException {
    Map<ArmKey, Map<Integer, Long>> latencies = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select role_no, bucket, arm_no, bin, calls from evidence_latency"
                + " where role_no = any (?)")) {
      select.setArray(1, connection.createArrayOf("integer", roleNos));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          latencies
              .computeIfAbsent(
                  new ArmKey(rows.getInt(1), rows.getInt(2), rows.getInt(3)), k -> new TreeMap<>())
              .put(rows.getInt(4), rows.getLong(5));
        }
      }
    }
    return latencies;
  }

  /** By arm and part; calls of higher rungs are left out: no belief rests on them. */
  private static Map<ArmKey, Map<Integer, List<BlockEvidence>>> readBlocks(
      Connection connection, Object[] roleNos) throws SQLException {
    Map<ArmKey, Map<Integer, List<BlockEvidence>>> blocks = new TreeMap<>(ARM_ORDER);
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select e.*, b.opened_at_calls,
              (select count(*) from arm_reset r where r.role_no = e.role_no and r.arm_no = e.arm_no
                and r.block > e.block) as resets
            from evidence e join evidence_block b using (role_no, block)
            where e.role_no = any (?) and e.part >= 0
            order by e.role_no, e.bucket, e.arm_no, e.part, e.block
            """)) {
      select.setArray(1, connection.createArrayOf("integer", roleNos));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          blocks
              .computeIfAbsent(
                  new ArmKey(row.getInt("role_no"), row.getInt("bucket"), row.getInt("arm_no")),
                  k -> new HashMap<>())
              .computeIfAbsent(row.getInt("part"), p -> new ArrayList<>())
              .add(
                  new BlockEvidence(
                      row.getInt("block"),
                      row.getLong("opened_at_calls"),
                      row.getInt("resets"),
                      evidence(row)));
        }
      }
    }
    return blocks;
  }

  private static final java.util.Comparator<ArmKey> ARM_ORDER =
      java.util.Comparator.comparingInt(ArmKey::roleNo)
          .thenComparingInt(ArmKey::bucket)
          .thenComparingInt(ArmKey::armNo);

  private static Evidence evidence(ResultSet row) throws SQLException {
    return new Evidence(
        row.getLong("episodes"),
        row.getLong("labels"),
        integer(row, "sum_v"),
        integer(row, "sum_v2"),
        integer(row, "sum_vq"),
        row.getLong("input_tokens"),
        row.getLong("cache_read_tokens"),
        row.getLong("cache_write_tokens"),
        row.getLong("output_tokens"),
        row.getLong("reasoning_tokens"),
        row.getLong("token_episodes"),
        row.getLong("dollar_episodes"),
        integer(row, "sum_nano_usd"),
        integer(row, "sum_nano_usd2"),
        row.getLong("errors"),
        row.getLong("latency_count"),
        row.getLong("sum_latency_millis"));
  }

  private static BigInteger integer(ResultSet row, String column) throws SQLException {
    return row.getBigDecimal(column).toBigIntegerExact();
  }
}
