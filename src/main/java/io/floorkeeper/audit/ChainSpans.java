package io.floorkeeper.audit;

import io.floorkeeper.platform.AuditTrail;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Which parts of which chains a period needs: from the last anchor before it (all up to an anchor
 * was decided before it was made) to the first one behind its last record.
 */
final class ChainSpans {
  /** The rows from before there were chains hang on this one, which has no hashes. */
  static final UUID UNCHAINED = new UUID(0, 0);

  private static final String SPANS =
      """
      with touched as (
        select chain, chain_position as position, decided_at as at from decision
        where chain is not null and decided_at >= ? and decided_at < ?
        union all
        select chain, position, at from audit_mark where at >= ? and at < ?
        union all
        select chain, position, head_at from audit_anchor
        where head_at >= ? and head_at < ? and chain not in (?, ?)),
      span as (select chain, min(position) as low, max(position) as high, max(at) as newest from touched group by chain)
      select span.chain, span.high, start.position, start.hash, finish.position,
        exists (select from audit_event e where e.kind = ? and e.subject = 'chain ' || span.chain),
        (extract(epoch from now() - greatest(span.newest,
          (select max(head_at) from audit_anchor a where a.chain = span.chain))) * 1000)::bigint
      from span
      left join lateral (select a.position, a.hash from audit_anchor a
        where a.chain = span.chain and a.position < span.low and a.head_at <= ?
        order by a.position desc, a.anchor_no limit 1) start on true
      left join lateral (select a.position from audit_anchor a
        where a.chain = span.chain and a.position >= span.high order by a.position limit 1) finish on true
      order by span.newest, span.chain
      """;

  private ChainSpans() {}

  /**
   * @param from null: since ever
   * @param to null: until now
   */
  static List<ChainSpan> read(Connection connection, Instant from, Instant to) throws SQLException {
    List<ChainSpan> spans = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(SPANS)) {
      int i = 1;
      for (int part = 0; part < 3; part++) {
        select.setObject(i++, Period.from(from));
        select.setObject(i++, Period.to(to));
      }
      select.setObject(i++, UNCHAINED);
      select.setObject(i++, AuditTrail.CHAIN);
      select.setString(i++, AuditTrail.CHAIN_OPENED);
      // Without a beginning of the period every chain is followed from its own.
      select.setObject(i, from == null ? Period.EARLIEST : from.atOffset(ZoneOffset.UTC));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Long finish = row.getObject(5, Long.class);
          long start = row.getLong(3);
          spans.add(
              new ChainSpan(
                  row.getObject(1, UUID.class),
                  start,
                  start == 0 ? null : row.getBytes(4),
                  to == null || finish == null ? Long.MAX_VALUE : finish,
                  row.getBoolean(6),
                  row.getLong(7)));
        }
      }
    }
    return spans;
  }
}
