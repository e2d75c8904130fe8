package io.floorkeeper.audit;

import io.floorkeeper.platform.AuditTrail;
import io.floorkeeper.platform.CanonicalBytes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.UUID;

/** Recomputes the operators' chain, and looks for chains of decisions that it announced. */
final class EventVerifier {
  private static final int FETCH_ROWS = 2_000;

  private final Connection connection;
  private final Findings findings;
  private long anchors;
  private byte[] head;

  EventVerifier(Connection connection, Findings findings) {
    this.connection = connection;
    this.findings = findings;
  }

  long anchors() {
    return anchors;
  }

  /** The hash of the last event, lower-case hex; null: there is none. */
  String head() {
    return head == null ? null : HexFormat.of().formatHex(head);
  }

  /** How many events there are. */
  long verify() throws SQLException {
    ChainWalk walk = new ChainWalk(AuditTrail.CHAIN, 0, null, findings);
    CanonicalBytes bytes = new CanonicalBytes();
    long events = 0;
    try (PreparedStatement select =
            connection.prepareStatement(
                "select position, hash, at, kind, actor, subject, detail from audit_event"
                    + " order by position");
        PreparedStatement anchorSelect =
            connection.prepareStatement(
                "select position, hash from audit_anchor where chain = ?"
                    + " order by position, anchor_no")) {
      select.setFetchSize(FETCH_ROWS);
      anchorSelect.setFetchSize(FETCH_ROWS);
      anchorSelect.setObject(1, AuditTrail.CHAIN);
      try (ResultSet row = select.executeQuery();
          ResultSet anchor = anchorSelect.executeQuery()) {
        boolean anchorLeft = anchor.next();
        while (row.next()) {
          long position = row.getLong(1);
          while (anchorLeft && anchor.getLong(1) < position) {
            anchorLeft = take(walk, anchor);
          }
          walk.record(position, row.getBytes(2), event(row).canonical(bytes), null);
          events++;
        }
        while (anchorLeft) {
          anchorLeft = take(walk, anchor);
        }
      }
    }
    walk.finish();
    head = events == 0 ? null : walk.lastHash();
    return events;
  }

  /** Chains of decisions that were announced and of which nothing is there any more. */
  void announced(Period period) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select substr(subject, 7)::uuid from audit_event e
            where kind = ? and subject ~ '^chain [0-9a-f-]{36}$' and at >= ? and at < ?
              and not exists (select from decision d where d.chain = substr(e.subject, 7)::uuid)
              and not exists (select from audit_mark m where m.chain = substr(e.subject, 7)::uuid)
              and not exists (select from audit_anchor a
                where a.chain = substr(e.subject, 7)::uuid)
            """)) {
      select.setString(1, AuditTrail.CHAIN_OPENED);
      select.setObject(2, Period.from(period.from()));
      select.setObject(3, Period.to(period.to()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          findings.add(
              AuditFinding.chain(
                  AuditFinding.Kind.CHAIN_MISSING,
                  row.getObject(1, UUID.class),
                  0,
                  1,
                  "this chain was announced, and neither a record nor an anchor of it is there",
                  "a chain",
                  "nothing"));
        }
      }
    }
  }

  private boolean take(ChainWalk walk, ResultSet anchor) throws SQLException {
    anchors++;
    walk.anchor(anchor.getLong(1), anchor.getBytes(2), true); // it was read from the very table
    return anchor.next();
  }

  static AuditTrail.Event event(ResultSet row) throws SQLException {
    return new AuditTrail.Event(
        row.getObject(3, OffsetDateTime.class).toInstant(),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getString(7));
  }
}
