package io.floorkeeper.audit;

import io.floorkeeper.platform.AuditTrail;
import io.floorkeeper.policy.PolicyReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Policy versions and the kill switch, each against the operators' event of the transaction that
 * wrote it: the events are chained, these rows are not. Rows from before there was a trail have no
 * event; one from later without its event is a finding.
 */
final class ToldRows {
  private static final int FETCH_ROWS = 50; // a document may be a megabyte

  /**
   * Of a row that no event tells of: whether one should, since an older one or the trail is there.
   */
  private static final String SINCE =
      """
      , said.no > (select min(r.no) from said r join told t on t.subject = r.subject)
        or said.at >= (select min(head_at) from audit_anchor where chain = '%s')
      """
          .formatted(ChainSpans.UNCHAINED);

  private static final String VERSIONS =
      """
      with told as (select kind, actor, subject, detail, position from audit_event
          where kind in ('%s', '%s')),
        said as (select version as no, 'policy ' || version as subject, digest, document, source,
          author, reason, parent_digest, published_at as at from policy_version where tenant_no = 0)
      select said.subject, told.subject, told.kind, told.actor, told.detail, said.digest, said.document,
        said.source, said.author, said.reason, said.parent_digest,
        (select p.digest from policy_version p where p.tenant_no = 0 and p.version = said.no - 1)
        %s
      from said full join told on told.subject = said.subject order by said.no, told.position
      """
          .formatted(AuditTrail.POLICY_PUBLISHED, AuditTrail.POLICY_ROLLED_BACK, SINCE);

  private static final String SWITCHES =
      """
      with told as (select kind, actor, subject, detail, position from audit_event
          where kind in ('%s', '%s')),
        said as (select switch_no as no, 'kill switch ' || switch_no as subject, is_on, author,
          coalesce(reason, '') as reason, switched_at as at from kill_switch)
      select said.subject, told.subject, told.kind, told.actor, told.detail, said.is_on, said.author,
        said.reason
        %s
      from said full join told on told.subject = said.subject order by said.no, told.position
      """
          .formatted(AuditTrail.KILL_SWITCH_ON, AuditTrail.KILL_SWITCH_OFF, SINCE);

  private final Connection connection;
  private final Findings findings;

  ToldRows(Connection connection, Findings findings) {
    this.connection = connection;
    this.findings = findings;
  }

  /** What of a row is not as it was told. */
  private interface Comparison {
    List<String> differences(ResultSet row) throws SQLException;
  }

  /** How many policy versions were compared. */
  long policies() throws SQLException {
    return compare(VERSIONS, 13, AuditFinding.Kind.POLICY_ALTERED, ToldRows::version);
  }

  /** How many rows of the kill switch were compared. */
  long switches() throws SQLException {
    return compare(SWITCHES, 9, AuditFinding.Kind.SWITCH_ALTERED, ToldRows::killSwitch);
  }

  private long compare(String sql, int since, AuditFinding.Kind kind, Comparison comparison)
      throws SQLException {
    long rows = 0;
    String before = null;
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setFetchSize(FETCH_ROWS);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          String said = row.getString(1);
          String told = row.getString(2);
          if (said == null) {
            add(kind, told + " is told of by the trail and is not there", event(row), "no row");
            continue;
          }
          if (said.equals(before)) {
            add(kind, said + " is told of twice by the trail", "one event", event(row));
            continue;
          }
          before = said;
          rows++;
          List<String> differences = comparison.differences(row);
          if (told == null && row.getBoolean(since)) {
            differences.add(0, "no event of the trail tells of it");
          }
          if (!differences.isEmpty()) {
            add(
                kind,
                said + " is not as it was recorded: " + String.join("; ", differences),
                told == null ? "an event" : event(row),
                "another row");
          }
        }
      }
    }
    return rows;
  }

  private static List<String> version(ResultSet row) throws SQLException {
    List<String> differences = new ArrayList<>();
    String digest = row.getString(6);
    String document = PolicyReader.digest(row.getString(7), row.getString(8)).orElse("unreadable");
    if (!document.equals(digest)) {
      differences.add("the document's digest is " + document + ", not " + digest);
    }
    if (!Objects.equals(row.getString(11), row.getString(12))) {
      differences.add("its parent is not the version before it");
    }
    if (row.getString(2) != null) {
      String reason = row.getString(10);
      String detail = row.getString(5);
      if (!detail.split(" ", 2)[0].equals(digest)) {
        differences.add("the digest is " + digest);
      }
      if (!detail
          .substring(Math.min(detail.length(), 64))
          .equals(reason == null ? "" : " " + reason)) {
        differences.add("the reason is " + quoted(reason));
      }
      author(row, row.getString(9), differences);
    }
    return differences;
  }

  private static List<String> killSwitch(ResultSet row) throws SQLException {
    List<String> differences = new ArrayList<>();
    if (row.getString(2) != null) {
      boolean on = row.getBoolean(6);
      if (on != row.getString(3).equals(AuditTrail.KILL_SWITCH_ON)) {
        differences.add("it says " + (on ? "on" : "off"));
      }
      if (!row.getString(5).equals(row.getString(8))) {
        differences.add("the reason is " + quoted(row.getString(8)));
      }
      author(row, row.getString(7), differences);
    }
    return differences;
  }

  private static void author(ResultSet row, String author, List<String> differences)
      throws SQLException {
    if (!row.getString(4).equals(author)) {
      differences.add("the author is " + quoted(author));
    }
  }

  private static String event(ResultSet row) throws SQLException {
    return row.getString(3) + " by '" + row.getString(4) + "': " + row.getString(5);
  }

  private static String quoted(String text) {
    return text == null ? "none" : "'" + text + "'";
  }

  private void add(AuditFinding.Kind kind, String what, String expected, String found) {
    findings.add(AuditFinding.rows(kind, 1, what, expected, found));
  }
}
