package io.floorkeeper.attribution;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agroal.api.AgroalDataSource;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.ShadowOdds;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;

/**
 * The shadowed tasks of a role: decisions out of the log, and out of {@code episode} what became of
 * them. Streamed, of one moment, and bounded.
 */
@ApplicationScoped
class ShadowReader {
  private static final int FETCH_ROWS = 2_000;
  private static final int PATIENCE_SECONDS = 20;
  private static final double MICROS = 1e6;
  private static final double NANOS = 1e9;

  /**
   * The latest so many in ascending order. A decision id without its first three bytes is its
   * task's root, and a continuation has no shadow of its own. A session that was shadowed before
   * these repeats its draw.
   */
  private static final String LATEST =
      """
      with latest as materialized (
        select decision_id, decided_at, sequence, bucket, arm, session_id, shadow from decision
        where role_no = ? and shadow is not null and decided_at >= ?
        order by decided_at desc, sequence desc limit ?),
      earlier as (
        select distinct session_id from decision
        where role_no = ? and shadow is not null and session_id is not null
          and decided_at < (select min(decided_at) from latest)),
      known as (
        select * from episode
        where role_no = ? and calls > 0 and decided_at >= (select min(decided_at) - interval '1 second' from latest))
      select latest.*, earlier.session_id is not null as drew_before, known.root is not null as seen,
        known.flags & ? <> 0 as asked, nano_usd, dollar_calls = calls as dollars_known,
        last_error and errors_count_as_zero and (label_rank is null or label_rank < last_rank) as failed,
        label_v_micros, label_q_micros
      from latest
        left join earlier on earlier.session_id = latest.session_id
        left join known on known.root = substring(latest.decision_id from 4 for 33)
      order by latest.decided_at, latest.sequence
      """;

  private final AgroalDataSource database;
  private final ObjectMapper json;

  ShadowReader(AgroalDataSource database, ObjectMapper json) {
    this.database = database;
    this.json = json;
  }

  /**
   * Reads them into a tally that knows the policy's arms.
   *
   * @param since the earliest decision
   * @param most of the latest decisions
   * @return how many there were; {@code most} where there may be more
   */
  int read(int roleNo, Instant since, int most, ShadowTally tally) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false); // or the driver fetches all rows at once
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try (PreparedStatement select = connection.prepareStatement(LATEST)) {
        select.setFetchSize(FETCH_ROWS);
        select.setQueryTimeout(PATIENCE_SECONDS);
        select.setInt(1, roleNo);
        select.setObject(2, since.atOffset(ZoneOffset.UTC));
        select.setInt(3, most);
        select.setInt(4, roleNo);
        select.setInt(5, roleNo);
        select.setInt(6, DecisionId.BASE_LABEL);
        return read(select, tally);
      } finally {
        try {
          connection.rollback();
        } finally {
          connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
          connection.setAutoCommit(true);
        }
      }
    }
  }

  private int read(PreparedStatement select, ShadowTally tally) throws SQLException {
    Set<String> sessions = new HashSet<>();
    int rows = 0;
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        rows++;
        String session = row.getString("session_id");
        if (row.getBoolean("drew_before") || session != null && !sessions.add(session)) {
          tally.addRepeat();
        } else {
          tally.add(task(row, tally));
        }
      }
    }
    return rows;
  }

  private ShadowTask task(ResultSet row, ShadowTally tally) throws SQLException {
    ShadowOdds odds = odds(row.getString("shadow"));
    int reference = 0;
    int most = 0;
    for (ShadowOdds.Arm arm : odds.arms()) { // in tier order
      reference = tally.place(arm.arm());
      most = Math.max(most, reference);
    }
    double[] rules = new double[most + 1];
    double[] bandit = new double[most + 1];
    double[] served = new double[most + 1];
    long mask =
        0; // not the decision's: that is what a gate's draw has left, so it tells of the arm
    for (ShadowOdds.Arm arm : odds.arms()) {
      int place = tally.place(arm.arm());
      rules[place] = arm.rules();
      bandit[place] = arm.bandit();
      served[place] = arm.served();
      mask |= 1L << place;
    }
    boolean failed = row.getBoolean("failed");
    Long weight = row.getObject("label_v_micros", Long.class);
    return new ShadowTask(
        row.getObject("decided_at", OffsetDateTime.class).toInstant().toEpochMilli(),
        row.getInt("bucket"),
        mask,
        tally.place(row.getString("arm")),
        reference,
        rules,
        bandit,
        served,
        row.getBoolean("seen"),
        row.getBoolean("dollars_known") ? row.getLong("nano_usd") / NANOS : Double.NaN,
        row.getBoolean("asked"),
        failed || weight == null ? 1 : weight / MICROS,
        failed ? 0 : weight == null ? Double.NaN : row.getInt("label_q_micros") / MICROS);
  }

  private ShadowOdds odds(String text) {
    try {
      return json.readValue(text, ShadowOdds.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the decision log holds broken JSON", e);
    }
  }
}
