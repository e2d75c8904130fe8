package io.floorkeeper.learning;

import io.floorkeeper.ledger.Tokens;
import io.floorkeeper.posterior.EvidenceKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** Episodes in Postgres, locked in the order of their roots. */
@ApplicationScoped
class EpisodeRepository {

  private static final String OPEN =
      """
      insert into episode (root, role_no, bucket, arm_no, block, calls, input_tokens, cache_read_tokens,
        cache_write_tokens, output_tokens, reasoning_tokens, token_calls, nano_usd, dollar_calls, errors,
        last_rank, last_error, errors_count_as_zero, flags, session_hash, decided_at)
      values (?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ''::bytea, false, ?, ?, ?, ?)
      on conflict do nothing
      """;

  private static final String CHAIN =
      """
      calls = ?, input_tokens = ?, cache_read_tokens = ?, cache_write_tokens = ?, output_tokens = ?,
      reasoning_tokens = ?, token_calls = ?, nano_usd = ?, dollar_calls = ?, errors = ?, last_rank = ?,
      last_error = ?, label_rank = ?, label_v_micros = ?, label_q_micros = ?,
      """;

  private static final int CHAIN_COLUMNS = 15;

  private static final String UPDATE =
      "update episode set "
          + CHAIN
          + CHAIN.replaceAll("([a-z_]+ = )", "first_$1")
          + "ladder = ?, flags = flags & ?, session_hash = ?, credit_v_micros = ?, credit_q_micros = ?,"
          + " default_q_micros = ?, watched = ?, touched_at = now() where root = ?";

  /**
   * The stored episodes behind these, locked until the transaction ends; those not stored yet are
   * opened first, so that two replicas that meet a new episode at once cannot both think it theirs.
   *
   * @param others roots of episodes that are locked besides, where they are stored
   * @return by root
   */
  Map<ByteBuffer, Episode> lock(
      Connection connection, Collection<Episode> opened, Collection<ByteBuffer> others)
      throws SQLException {
    List<Episode> inOrder =
        opened.stream().sorted((a, b) -> Arrays.compareUnsigned(a.root(), b.root())).toList();
    try (PreparedStatement open = connection.prepareStatement(OPEN)) {
      for (Episode episode : inOrder) {
        open.setBytes(1, episode.root());
        open.setInt(2, episode.startKey().roleNo());
        open.setInt(3, episode.startKey().bucket());
        open.setInt(4, episode.startKey().armNo());
        open.setInt(5, episode.startKey().block());
        open.setBoolean(6, episode.errorsCountAsZero());
        open.setInt(7, episode.flags());
        open.setObject(8, boxed(episode.sessionHash()), Types.BIGINT);
        open.setObject(9, episode.decidedAt().atOffset(ZoneOffset.UTC));
        open.addBatch();
      }
      open.executeBatch();
    }
    Map<ByteBuffer, Episode> stored = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select * from episode where root = any (?) order by root for update")) {
      select.setArray(
          1,
          connection.createArrayOf(
              "bytea",
              Stream.concat(
                      inOrder.stream().map(Episode::root), others.stream().map(ByteBuffer::array))
                  .toArray(byte[][]::new)));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Episode episode = episode(row);
          stored.put(ByteBuffer.wrap(episode.root()), episode);
        }
      }
    }
    return stored;
  }

  /** The sessions that these episodes are stored with. */
  Set<Long> sessions(Connection connection, Collection<ByteBuffer> roots) throws SQLException {
    Set<Long> sessions = new HashSet<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select distinct session_hash from episode where root = any (?)"
                + " and session_hash is not null")) {
      select.setArray(
          1,
          connection.createArrayOf(
              "bytea", roots.stream().map(ByteBuffer::array).toArray(byte[][]::new)));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          sessions.add(row.getLong(1));
        }
      }
    }
    return sessions;
  }

  /** The roots of these sessions' episodes, of each at most so many. */
  List<ByteBuffer> ofSessions(Connection connection, Collection<Long> sessions, int most)
      throws SQLException {
    List<ByteBuffer> roots = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select e.root from unnest(?::bigint[]) as s (hash) cross join lateral"
                + " (select root from episode where session_hash = s.hash limit ?) e")) {
      select.setArray(1, connection.createArrayOf("bigint", sessions.toArray()));
      select.setInt(2, most);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          roots.add(ByteBuffer.wrap(row.getBytes(1)));
        }
      }
    }
    return roots;
  }

  void update(Connection connection, Collection<Episode> episodes) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
      for (Episode e : episodes) {
        set(update, 0, e.all());
        if (e.ladder() == 0) { // the first pass is all there is
          for (int column = 1; column <= CHAIN_COLUMNS; column++) {
            update.setNull(CHAIN_COLUMNS + column, Types.NULL);
          }
        } else {
          set(update, CHAIN_COLUMNS, e.first());
        }
        update.setInt(2 * CHAIN_COLUMNS + 1, e.ladder());
        int column = 2 * CHAIN_COLUMNS + 2;
        update.setInt(column++, e.flags());
        update.setObject(column++, boxed(e.sessionHash()), Types.BIGINT);
        update.setObject(column++, e.credit().map(Label::weightMicros).orElse(null), Types.BIGINT);
        update.setObject(
            column++, e.credit().map(Label::qualityMicros).orElse(null), Types.INTEGER);
        update.setObject(
            column++,
            e.defaultMicros().isPresent() ? e.defaultMicros().getAsInt() : null,
            Types.INTEGER);
        update.setBoolean(column++, e.watched());
        update.setBytes(column, e.root());
        update.addBatch();
      }
      update.executeBatch();
    }
  }

  private static void set(PreparedStatement update, int before, Chain chain) throws SQLException {
    update.setInt(before + 1, chain.calls());
    update.setLong(before + 2, chain.tokens().input());
    update.setLong(before + 3, chain.tokens().cacheRead());
    update.setLong(before + 4, chain.tokens().cacheWrite());
    update.setLong(before + 5, chain.tokens().output());
    update.setLong(before + 6, chain.tokens().reasoning());
    update.setInt(before + 7, chain.tokenCalls());
    update.setLong(before + 8, chain.nanoUsd());
    update.setInt(before + 9, chain.dollarCalls());
    update.setInt(before + 10, chain.errors());
    update.setBytes(before + 11, chain.lastRank());
    update.setBoolean(before + 12, chain.lastError());
    update.setBytes(before + 13, chain.label().map(Chain.RankedLabel::rank).orElse(null));
    update.setObject(
        before + 14, chain.label().map(l -> l.label().weightMicros()).orElse(null), Types.BIGINT);
    update.setObject(
        before + 15, chain.label().map(l -> l.label().qualityMicros()).orElse(null), Types.INTEGER);
  }

  private static Episode episode(ResultSet row) throws SQLException {
    int ladder = row.getInt("ladder");
    Chain all = chain(row, "");
    long sessionHash = row.getLong("session_hash");
    OptionalLong session = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(sessionHash);
    return new Episode(
        row.getBytes("root"),
        new EvidenceKey(
            row.getInt("role_no"),
            row.getInt("bucket"),
            row.getInt("arm_no"),
            row.getInt("block"),
            EvidenceKey.FIRST_PASS),
        row.getInt("flags"),
        session,
        row.getObject("decided_at", OffsetDateTime.class).toInstant(),
        row.getBoolean("errors_count_as_zero"),
        ladder,
        ladder == 0 ? all : chain(row, "first_"),
        all,
        credit(row),
        column(row, "default_q_micros"),
        row.getBoolean("watched"));
  }

  private static Optional<Label> credit(ResultSet row) throws SQLException {
    Long weightMicros = row.getObject("credit_v_micros", Long.class);
    return weightMicros == null
        ? Optional.empty()
        : Optional.of(new Label(weightMicros, row.getInt("credit_q_micros")));
  }

  private static OptionalInt column(ResultSet row, String name) throws SQLException {
    Integer value = row.getObject(name, Integer.class);
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private static Chain chain(ResultSet row, String prefix) throws SQLException {
    byte[] labelRank = row.getBytes(prefix + "label_rank");
    return new Chain(
        row.getInt(prefix + "calls"),
        new Tokens(
            row.getLong(prefix + "input_tokens"),
            row.getLong(prefix + "cache_read_tokens"),
            row.getLong(prefix + "cache_write_tokens"),
            row.getLong(prefix + "output_tokens"),
            row.getLong(prefix + "reasoning_tokens")),
        row.getInt(prefix + "token_calls"),
        row.getLong(prefix + "nano_usd"),
        row.getInt(prefix + "dollar_calls"),
        row.getInt(prefix + "errors"),
        row.getBytes(prefix + "last_rank"),
        row.getBoolean(prefix + "last_error"),
        labelRank == null
            ? Optional.empty()
            : Optional.of(
                new Chain.RankedLabel(
                    labelRank,
                    new Label(
                        row.getLong(prefix + "label_v_micros"),
                        row.getInt(prefix + "label_q_micros")))));
  }

  private static Long boxed(OptionalLong value) {
    return value.isPresent() ? Long.valueOf(value.getAsLong()) : null;
  }
}
