package io.floorkeeper.ledger;

import io.floorkeeper.platform.AuditTrail;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;

/** Marks and anchored heads of chains. Rows only grow. */
@ApplicationScoped
public class ChainRepository {

  /** A mark with its place. */
  public record LoggedMark(ChainMark mark, ChainLink link) {}

  /** Writes what is not there yet; a record that the log repeats changes nothing. */
  public void insertMarks(Connection connection, List<LoggedMark> marks) throws SQLException {
    if (marks.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into audit_mark (chain, position, hash, kind, replica, at, amount, detail)"
                + " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing")) {
      for (LoggedMark logged : marks) {
        ChainMark mark = logged.mark();
        insert.setObject(1, logged.link().chain());
        insert.setLong(2, logged.link().position());
        insert.setBytes(3, HexFormat.of().parseHex(logged.link().hash()));
        insert.setString(4, mark.kind().word());
        insert.setInt(5, mark.replica());
        insert.setObject(6, mark.at().atOffset(ZoneOffset.UTC));
        insert.setLong(7, mark.amount());
        insert.setString(8, mark.detail());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** Anchors the head of a chain of decisions. */
  public void anchor(Connection connection, ChainHead head) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into audit_anchor (chain, replica, position, hash, answered, head_at, topic,"
                + " partition, record_offset) values (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      insert.setObject(1, head.chain());
      insert.setInt(2, head.replica());
      insert.setLong(3, head.position());
      insert.setBytes(4, head.hash());
      insert.setLong(5, head.answered());
      insert.setObject(6, head.at().atOffset(ZoneOffset.UTC));
      insert.setString(7, head.topic());
      boolean lies = head.topic() != null;
      insert.setObject(8, lies ? head.partition() : null, Types.INTEGER);
      insert.setObject(9, lies ? head.offset() : null, Types.BIGINT);
      insert.executeUpdate();
    }
  }

  /** Anchors the head of the operators' chain, where it has moved since. */
  public void anchorEvents(Connection connection, int replica) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into audit_anchor (chain, replica, position, hash, answered, head_at)
            select ?, ?, position, hash, position, now()
            from (select position, hash from audit_event order by position desc limit 1) head
            where position > coalesce((select max(position) from audit_anchor where chain = ?), 0)
            """)) {
      insert.setObject(1, AuditTrail.CHAIN);
      insert.setInt(2, replica);
      insert.setObject(3, AuditTrail.CHAIN);
      insert.executeUpdate();
    }
  }
}
