package io.floorkeeper.audit;

import io.floorkeeper.ledger.DecisionRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Decisions of no chain. Those from before there were chains were counted when chains came; any
 * other one is a finding.
 */
final class UnchainedRows {
  private UnchainedRows() {}

  /** How many of the period are from before. */
  static long verify(Connection connection, Period period, Findings findings) throws SQLException {
    long before = 0;
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select d.decision_id, d.decided_at < a.head_at
            from decision d
            left join (select min(head_at) as head_at from audit_anchor where chain = ?) a on true
            where d.chain is null and d.decided_at >= ? and d.decided_at < ?
            """)) {
      select.setFetchSize(2_000);
      select.setObject(1, ChainSpans.UNCHAINED);
      select.setObject(2, Period.from(period.from()));
      select.setObject(3, Period.to(period.to()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          if (row.getBoolean(2)) {
            before++;
          } else {
            findings.add(
                AuditFinding.decision(
                    AuditFinding.Kind.UNCHAINED,
                    DecisionRow.id(row),
                    "a decision of no chain, from after there were chains",
                    "a place in a chain",
                    "none"));
          }
        }
      }
    }
    count(connection, findings);
    return before;
  }

  /** Of all time, since they were counted together. */
  private static void count(Connection connection, Findings findings) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select coalesce(sum(position), 0), (select count(*) from decision
              where chain is null and decided_at < (select min(head_at) from audit_anchor where chain = ?))
            from audit_anchor where chain = ?
            """)) {
      select.setObject(1, ChainSpans.UNCHAINED);
      select.setObject(2, ChainSpans.UNCHAINED);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        long counted = row.getLong(1);
        long there = row.getLong(2);
        if (there != counted) {
          findings.add(
              AuditFinding.chain(
                  there > counted ? AuditFinding.Kind.UNCHAINED : AuditFinding.Kind.MISSING,
                  ChainSpans.UNCHAINED,
                  0,
                  Math.abs(there - counted),
                  "decisions from before there were chains are not as many as were counted then",
                  counted + " rows",
                  there + " rows"));
        }
      }
    }
  }
}
