package io.floorkeeper.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.ledger.ChainMark;
import io.floorkeeper.ledger.DecisionBytes;
import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.ledger.DecisionRow;
import io.floorkeeper.platform.CanonicalBytes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * Recomputes one chain from its rows: decisions, marks and anchors streamed side by side in the
 * order of their places, so that memory does not grow with them. For one thread, inside one
 * transaction of REPEATABLE READ: what it sees is of one moment.
 */
final class ChainVerifier {
  private static final int FETCH_ROWS = 2_000;

  private static final String DECISIONS =
      "select "
          + DecisionRow.COLUMNS
          + ", d.chain_position, d.chain_hash from decision d"
          + " where chain = ? and chain_position between ? and ? order by chain_position";

  private static final String MARKS =
      """
      select kind, replica, at, amount, detail, position, hash from audit_mark
      where chain = ? and position between ? and ? order by position
      """;

  private static final String ANCHORS =
      """
      select position, hash, topic, partition, record_offset, head_at from audit_anchor
      where chain = ? and position between ? and ? order by position, anchor_no
      """;

  private final Connection connection;
  private final DecisionRow rows;
  private final long silentMillis;
  private final Findings findings;
  private final CanonicalBytes bytes = new CanonicalBytes();
  private final Map<String, Long> nextOffsets = new HashMap<>();

  private long decisions;
  private long marks;
  private long anchors;
  private long pending;
  private long unanchored;
  private Instant vouchedAt = Instant.EPOCH;
  private Instant pendingSince;

  /**
   * @param silentMillis a chain without a sign of life for so long has ended
   */
  ChainVerifier(Connection connection, ObjectMapper json, long silentMillis, Findings findings)
      throws SQLException {
    this.silentMillis = silentMillis;
    this.connection = connection;
    this.rows = new DecisionRow(json);
    this.findings = findings;
    try (PreparedStatement select =
            connection.prepareStatement(
                "select topic, partition, max(next_offset) from stream_position group by 1, 2");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        nextOffsets.put(row.getString(1) + "-" + row.getInt(2), row.getLong(3));
      }
    }
  }

  long decisions() {
    return decisions;
  }

  long marks() {
    return marks;
  }

  long anchors() {
    return anchors;
  }

  long pending() {
    return pending;
  }

  /** What was decided after this may still be on its way; null: nothing is. */
  Instant pendingSince() {
    return pendingSince;
  }

  long unanchored() {
    return unanchored;
  }

  VerifyReport.Chain verify(ChainSpan span) throws SQLException {
    ChainWalk walk = new ChainWalk(span.chain(), span.start(), span.startHash(), findings);
    long decisionsBefore = decisions;
    vouchedAt = Instant.EPOCH;
    try (Cursor decision = new Cursor(DECISIONS, span, span.start());
        Cursor mark = new Cursor(MARKS, span, Math.max(0, span.start()));
        Cursor anchor = new Cursor(ANCHORS, span, span.start())) {
      decision.step("chain_position");
      mark.step("position");
      anchor.step("position");
      while (!decision.isDone() || !mark.isDone() || !anchor.isDone()) {
        if (decision.isUpTo(mark) && decision.isUpTo(anchor)) {
          decision(walk, decision);
          decision.step("chain_position");
        } else if (mark.isUpTo(anchor)) {
          mark(walk, mark);
          mark.step("position");
        } else {
          anchor(walk, anchor);
          anchor.step("position");
        }
      }
    }
    long onTheirWay = walk.finish();
    long behind = walk.last() - Math.min(walk.last(), walk.anchored());
    boolean silent = span.newestMillisAgo() > silentMillis;
    long waiting = span.isToTheEnd() ? answeredOnly(span, walk.last() + onTheirWay, silent) : 0;
    if (silent || walk.isClosed()) {
      vouched(span, walk);
    }
    if (onTheirWay + waiting > 0 && (pendingSince == null || vouchedAt.isBefore(pendingSince))) {
      pendingSince = vouchedAt;
    }
    pending += onTheirWay + waiting;
    unanchored += behind;
    return new VerifyReport.Chain(
        span.chain(),
        span.start(),
        walk.last(),
        HexFormat.of().formatHex(walk.lastHash()),
        walk.anchored(),
        decisions - decisionsBefore,
        onTheirWay + waiting,
        behind,
        walk.isClosed() ? "closed" : !span.isToTheEnd() ? "part" : silent ? "silent" : "open");
  }

  private void decision(ChainWalk walk, Cursor cursor) throws SQLException {
    ResultSet row = cursor.row;
    CanonicalBytes content = null;
    String id;
    try {
      DecisionRecord record = rows.read(row);
      id = record.decisionId();
      content = DecisionBytes.of(record, bytes);
    } catch (DecisionRow.BrokenRowException e) {
      id = DecisionRow.id(row);
    }
    decisions++;
    walk.record(cursor.position, row.getBytes("chain_hash"), content, id);
  }

  private void mark(ChainWalk walk, Cursor cursor) throws SQLException {
    ResultSet row = cursor.row;
    ChainMark mark =
        new ChainMark(
            ChainMark.Kind.of(row.getString(1)),
            row.getInt(2),
            row.getObject(3, OffsetDateTime.class).toInstant(),
            row.getLong(4),
            row.getString(5));
    marks++;
    walk.record(cursor.position, row.getBytes(7), mark.canonical(bytes), null);
    if (mark.kind() == ChainMark.Kind.CLOSE) {
      walk.close(cursor.position);
    }
    if (mark.kind() == ChainMark.Kind.GAP) {
      findings.add(
          AuditFinding.chain(
              AuditFinding.Kind.LOST,
              cursor.span.chain(),
              cursor.position,
              mark.amount(),
              "answered and not logged: " + mark.detail(),
              "every decision that was answered",
              mark.amount() + " fewer"));
    }
  }

  private void anchor(ChainWalk walk, Cursor cursor) throws SQLException {
    ResultSet row = cursor.row;
    anchors++;
    Long next = nextOffsets.get(row.getString(3) + "-" + row.getInt(4));
    long vouched = walk.anchored();
    walk.anchor(cursor.position, row.getBytes(2), next != null && next > row.getLong(5));
    if (walk.anchored() > vouched) {
      vouchedAt = row.getObject(6, OffsetDateTime.class).toInstant();
    }
  }

  /**
   * What the replica says it answered, and nobody has logged: still waiting for the broker, or,
   * where the replica is silent, lost with it.
   */
  private long answeredOnly(ChainSpan span, long lastPosition, boolean silent) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select coalesce(max(answered), 0),
              (select count(*) from audit_mark m where m.chain = ? and position <= ?),
              (select coalesce(sum(amount), 0) from audit_mark m where m.chain = ? and position <= ?)
            from audit_anchor a where a.chain = ?
            """)) {
      select.setObject(1, span.chain());
      select.setLong(2, lastPosition);
      select.setObject(3, span.chain());
      select.setLong(4, lastPosition);
      select.setObject(5, span.chain());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        long logged = lastPosition - row.getLong(2) + row.getLong(3);
        long waiting = Math.max(0, row.getLong(1) - logged);
        if (!silent || waiting == 0) {
          return waiting;
        }
        findings.add(
            AuditFinding.chain(
                AuditFinding.Kind.LOST_AT_END,
                span.chain(),
                lastPosition,
                waiting,
                "answered and not logged when the replica ended without order",
                row.getLong(1) + " decisions answered",
                logged + " logged or counted as lost"));
        return 0;
      }
    }
  }

  private void vouched(ChainSpan span, ChainWalk walk) {
    if (!span.announced()) {
      findings.add(
          AuditFinding.chain(
              AuditFinding.Kind.UNKNOWN_CHAIN,
              span.chain(),
              walk.last(),
              walk.last(),
              walk.anchored() > 0
                  ? "anchored and never announced, though one transaction does both: the event was"
                      + " removed, or the chain is forged"
                  : "never announced and never anchored: of a replica that ended before it reached"
                      + " the database for the first time, or forged; the rows alone do not tell",
              "an event chain.opened",
              "none"));
    } else if (walk.anchored() == 0) {
      findings.add(
          AuditFinding.chain(
              AuditFinding.Kind.NEVER_ANCHORED,
              span.chain(),
              walk.last(),
              walk.last(),
              "no anchor agrees with any record of this chain",
              "an anchor",
              "none"));
    }
  }

  /** One of the streams of a chain, at its current row. */
  private final class Cursor implements AutoCloseable {
    private final ChainSpan span;
    private final PreparedStatement statement;
    private final ResultSet row;
    private long position;

    Cursor(String sql, ChainSpan span, long from) throws SQLException {
      this.span = span;
      this.statement = connection.prepareStatement(sql);
      try {
        statement.setFetchSize(FETCH_ROWS);
        statement.setObject(1, span.chain());
        statement.setLong(2, from);
        statement.setLong(3, span.end());
        this.row = statement.executeQuery();
      } catch (SQLException e) {
        statement.close();
        throw e;
      }
    }

    void step(String column) throws SQLException {
      position = row.next() ? row.getLong(column) : Long.MAX_VALUE;
    }

    boolean isDone() {
      return position == Long.MAX_VALUE;
    }

    boolean isUpTo(Cursor other) {
      return !isDone() && position <= other.position;
    }

    @Override
    public void close() throws SQLException {
      statement.close();
    }
  }
}
