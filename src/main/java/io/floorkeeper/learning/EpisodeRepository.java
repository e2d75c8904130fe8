package io.floorkeeper.learning;

import io.floorkeeper.ledger.Tokens;
import io.floorkeeper.posterior.EvidenceKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Episodes in Postgres, locked in the order of their roots. */
@ApplicationScoped
class EpisodeRepository {

  private static final String OPEN =
      """
      insert into episode (root, role_no, bucket, arm_no, block, calls, input_tokens, cache_read_tokens,
        cache_write_tokens, output_tokens, reasoning_tokens, token_calls, nano_usd, dollar_calls, errors,
        last_rank, last_error, errors_count_as_zero)
      values (?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ''::bytea, false, ?)
      on conflict do nothing
      """;

  private static final String UPDATE =
      """
      update episode set calls = ?, input_tokens = ?, cache_read_tokens = ?, cache_write_tokens = ?,
        output_tokens = ?, reasoning_tokens = ?, token_calls = ?, nano_usd = ?, dollar_calls = ?,
        errors = ?, last_rank = ?, last_error = ?, label_rank = ?, label_v_micros = ?,
        label_q_micros = ?, touched_at = now()
      where root = ?
      """;

  /**
   * The stored episodes behind these, locked until the transaction ends; those not stored yet are
   * opened first, so that two replicas that meet a new episode at once cannot both think it theirs.
   *
   * @return by root
   */
  Map<ByteBuffer, Episode> lock(Connection connection, Collection<Episode> opened)
      throws SQLException {
    byte[][] roots =
        opened.stream()
            .map(Episode::root)
            .sorted(java.util.Arrays::compareUnsigned)
            .toArray(byte[][]::new);
    try (PreparedStatement open = connection.prepareStatement(OPEN)) {
      for (Episode episode :
          (Iterable<Episode>)
              opened.stream().sorted((a, b) -> java.util.Arrays.compareUnsigned(a.root(), b.root()))
                  ::iterator) {
        open.setBytes(1, episode.root());
        open.setInt(2, episode.evidenceKey().roleNo());
        open.setInt(3, episode.evidenceKey().bucket());
        open.setInt(4, episode.evidenceKey().armNo());
        open.setInt(5, episode.evidenceKey().block());
        open.setBoolean(6, episode.errorsCountAsZero());
        open.addBatch();
      }
      open.executeBatch();
    }
    Map<ByteBuffer, Episode> stored = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select * from episode where root = any (?) order by root for update")) {
      select.setArray(1, connection.createArrayOf("bytea", roots));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Episode episode = episode(row);
          stored.put(ByteBuffer.wrap(episode.root()), episode);
        }
      }
    }
    return stored;
  }

  void update(Connection connection, Collection<Episode> episodes) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
      for (Episode e : episodes) {
        update.setInt(1, e.calls());
        update.setLong(2, e.tokens().input());
        update.setLong(3, e.tokens().cacheRead());
        update.setLong(4, e.tokens().cacheWrite());
        update.setLong(5, e.tokens().output());
        update.setLong(6, e.tokens().reasoning());
        update.setInt(7, e.tokenCalls());
        update.setLong(8, e.nanoUsd());
        update.setInt(9, e.dollarCalls());
        update.setInt(10, e.errors());
        update.setBytes(11, e.lastRank());
        update.setBoolean(12, e.lastError());
        update.setBytes(13, e.label().map(Episode.RankedLabel::rank).orElse(null));
        update.setObject(14, e.label().map(l -> l.label().weightMicros()).orElse(null));
        update.setObject(15, e.label().map(l -> l.label().qualityMicros()).orElse(null));
        update.setBytes(16, e.root());
        update.addBatch();
      }
      update.executeBatch();
    }
  }

  private static Episode episode(ResultSet row) throws SQLException {
    byte[] labelRank = row.getBytes("label_rank");
    return new Episode(
        row.getBytes("root"),
        new EvidenceKey(
            row.getInt("role_no"), row.getInt("bucket"), row.getInt("arm_no"), row.getInt("block")),
        row.getBoolean("errors_count_as_zero"),
        row.getInt("calls"),
        new Tokens(
            row.getLong("input_tokens"),
            row.getLong("cache_read_tokens"),
            row.getLong("cache_write_tokens"),
            row.getLong("output_tokens"),
            row.getLong("reasoning_tokens")),
        row.getInt("token_calls"),
        row.getLong("nano_usd"),
        row.getInt("dollar_calls"),
        row.getInt("errors"),
        row.getBytes("last_rank"),
        row.getBoolean("last_error"),
        labelRank == null
            ? Optional.empty()
            : Optional.of(
                new Episode.RankedLabel(
                    labelRank,
                    new Label(row.getLong("label_v_micros"), row.getInt("label_q_micros")))));
  }
}
