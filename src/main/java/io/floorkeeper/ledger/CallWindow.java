package io.floorkeeper.ledger;

import io.floorkeeper.platform.UtcDays;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * Which calls can be taken at all. One that began before the horizon may have been there and be
 * forgotten; one that is to begin the day after tomorrow has not happened.
 */
@ApplicationScoped
public class CallWindow {
  /** Shared by whoever writes old calls, held alone by who moves the horizon. */
  private static final long HORIZON = 0x666c_6f6f_7200_0002L;

  /** Today and the days that clocks may be ahead. */
  static final int DAYS_AHEAD = 2;

  /** A horizon is never nearer than this, so younger calls need not ask where it stands. */
  static final int LEAST_DAYS = 3;

  private static final int MOST_DAYS = 4_000;

  private volatile LocalDate horizon = LocalDate.EPOCH;

  /** Why a call is refused. */
  public enum Refusal {
    TOO_OLD("too_old", "calls of that day are forgotten, so it could be a duplicate"),
    FUTURE("future_time", "it begins the day after tomorrow (UTC) or later");

    private final String code;
    private final String message;

    Refusal(String code, String message) {
      this.code = code;
      this.message = message;
    }

    /** Stable, for programs. */
    public String code() {
      return code;
    }

    public String message() {
      return message;
    }
  }

  /**
   * Whether a call of that time is refused, by where the horizon stood a while ago: {@link
   * #settled} has the last word.
   */
  public Optional<Refusal> refusal(Instant startedAt) {
    LocalDate day = UtcDays.of(startedAt);
    if (day.isBefore(horizon)) {
      return Optional.of(Refusal.TOO_OLD);
    }
    return isAhead(startedAt) ? Optional.of(Refusal.FUTURE) : Optional.empty();
  }

  /** Whether it would begin the day after tomorrow or later, so that no clock explains it. */
  public static boolean isAhead(Instant startedAt) {
    return !LocalDate.ofInstant(startedAt, ZoneOffset.UTC).isBefore(today().plusDays(DAYS_AHEAD));
  }

  /**
   * The horizon as it stays until the transaction ends, where a call of {@code earliest} could be
   * beyond it.
   *
   * @param earliest day of a call that is about to be written
   */
  public LocalDate settled(Connection connection, LocalDate earliest) throws SQLException {
    if (!earliest.isBefore(today().minusDays(LEAST_DAYS - 1))) {
      return LocalDate.EPOCH;
    }
    try (PreparedStatement share =
        connection.prepareStatement("select pg_advisory_xact_lock_shared(?)")) {
      share.setLong(1, HORIZON);
      share.execute();
    }
    return read(connection); // a statement of its own: it must see who had the lock before
  }

  /** Looks where the horizon stands. */
  public LocalDate read(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("select horizon from call_retention");
        ResultSet row = select.executeQuery()) {
      row.next();
      horizon = row.getObject(1, LocalDate.class);
      return horizon;
    }
  }

  /**
   * Moves it to where the retention has it, never back; waits for those who write old calls.
   *
   * @return where it stands
   */
  LocalDate move(Connection connection, Duration retention) throws SQLException {
    long days = Math.max(LEAST_DAYS, Math.min(MOST_DAYS, retention.toDays()));
    try (PreparedStatement lock = connection.prepareStatement("select pg_advisory_xact_lock(?)")) {
      lock.setLong(1, HORIZON);
      lock.execute();
    }
    try (PreparedStatement move =
        connection.prepareStatement("update call_retention set horizon = ? where horizon < ?")) {
      move.setDate(1, Date.valueOf(today().minusDays(days)));
      move.setDate(2, Date.valueOf(today().minusDays(days)));
      move.executeUpdate();
    }
    return read(connection);
  }

  static LocalDate today() {
    return LocalDate.now(ZoneOffset.UTC);
  }
}
