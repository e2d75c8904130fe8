package io.floorkeeper.ledger;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The partitions of the calls: one per day, and one of all days until there were any. There is none
 * for what fits nowhere: with one, every new partition would lock out everybody. So there are never
 * more than the days of the retention and the two that are made ahead.
 */
@ApplicationScoped
public class CallPartitions {
  /** Whoever makes or drops partitions waits for the others who do. */
  private static final long MAKING = 0x666c_6f6f_7200_0001L;

  private static final Pattern BOUNDS =
      Pattern.compile("FROM \\((?:MINVALUE|'([0-9-]+)')\\) TO \\('([0-9-]+)'\\)");

  private final AgroalDataSource database;
  private volatile List<Partition> known = List.of();

  CallPartitions(AgroalDataSource database) {
    this.database = database;
  }

  /**
   * A partition.
   *
   * @param from its first day; null: it has none
   * @param to the day after its last
   */
  record Partition(String table, LocalDate from, LocalDate to) {
    boolean holds(LocalDate day) {
      return (from == null || !day.isBefore(from)) && day.isBefore(to);
    }
  }

  /**
   * Makes the partitions of these days where there are none yet, each in a short transaction of its
   * own that keeps nobody from reading or writing calls.
   *
   * @param days that calls may have
   */
  public void ensure(Collection<LocalDate> days) throws SQLException {
    List<Partition> now = known;
    List<LocalDate> missing = days.stream().filter(day -> !isHeld(now, day)).sorted().toList();
    if (missing.isEmpty()) {
      return;
    }
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        make(connection, missing);
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  private void make(Connection connection, List<LocalDate> missing) throws SQLException {
    lock(connection);
    List<Partition> there = read(connection);
    List<Partition> all = new ArrayList<>(there);
    try (Statement ddl = connection.createStatement()) {
      for (LocalDate day : missing) {
        if (isHeld(all, day)) {
          continue;
        }
        Partition made =
            new Partition(
                "call_" + day.format(DateTimeFormatter.BASIC_ISO_DATE), day, day.plusDays(1));
        // Made apart and then attached: "create ... partition of" would lock out everybody.
        ddl.execute(
            "create table %s (like call including defaults including constraints)"
                .formatted(made.table));
        ddl.execute(
            "alter table call attach partition %s for values from ('%s') to ('%s')"
                .formatted(made.table, made.from, made.to));
        all.add(made);
      }
    }
    known = List.copyOf(all);
  }

  /** Until the transaction ends nobody else makes or drops partitions. */
  void lock(Connection connection) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement("select pg_advisory_xact_lock(?)")) {
      lock.setLong(1, MAKING);
      lock.execute();
    }
  }

  /** Those that there are, by their days. */
  List<Partition> read(Connection connection) throws SQLException {
    List<Partition> partitions = new ArrayList<>();
    try (PreparedStatement select =
            connection.prepareStatement(
                """
                select c.relname, pg_get_expr(c.relpartbound, c.oid) from pg_inherits i
                join pg_class c on c.oid = i.inhrelid where i.inhparent = 'call'::regclass
                """);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        Matcher bounds = BOUNDS.matcher(row.getString(2));
        if (!bounds.find()) {
          throw new IllegalStateException(
              "the partition " + row.getString(1) + " of call is not one of days");
        }
        partitions.add(
            new Partition(
                row.getString(1),
                bounds.group(1) == null ? null : LocalDate.parse(bounds.group(1)),
                LocalDate.parse(bounds.group(2))));
      }
    }
    partitions.sort((a, b) -> a.to.compareTo(b.to));
    return partitions;
  }

  private static boolean isHeld(List<Partition> partitions, LocalDate day) {
    return partitions.stream().anyMatch(p -> p.holds(day));
  }
}
