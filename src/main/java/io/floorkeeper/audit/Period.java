package io.floorkeeper.audit;

import io.floorkeeper.platform.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * From a moment (inclusive) to another (exclusive).
 *
 * @param from null: since ever
 * @param to null: until now
 */
record Period(Instant from, Instant to) {
  static final OffsetDateTime EARLIEST = Instant.EPOCH.atOffset(ZoneOffset.UTC);
  private static final OffsetDateTime LATEST =
      Instant.parse("9999-12-31T00:00:00Z").atOffset(ZoneOffset.UTC);

  /**
   * @param from a time with its offset, or a day in UTC; null: none
   * @throws Problem.BadRequest naming the parameter
   */
  static Period of(String from, String to) {
    Period period = new Period(instant("from", from), instant("to", to));
    if (period.from != null && period.to != null && !period.from.isBefore(period.to)) {
      throw Problem.BadRequest.field("invalid_value", "to", "must be later than from");
    }
    return period;
  }

  boolean contains(Instant moment) {
    return (from == null || !moment.isBefore(from)) && (to == null || moment.isBefore(to));
  }

  static OffsetDateTime from(Instant from) {
    return from == null ? EARLIEST : from.atOffset(ZoneOffset.UTC);
  }

  static OffsetDateTime to(Instant to) {
    return to == null ? LATEST : to.atOffset(ZoneOffset.UTC);
  }

  private static Instant instant(String name, String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      Instant instant =
          text.length() == 10
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : OffsetDateTime.parse(text).toInstant();
      if (instant.isBefore(EARLIEST.toInstant()) || instant.isAfter(LATEST.toInstant())) {
        throw new DateTimeException("out of range");
      }
      return instant;
    } catch (DateTimeException e) {
      throw Problem.BadRequest.field(
          "invalid_value",
          name,
          "must be a day (2026-11-25, UTC) or a time with its offset (2026-11-25T00:00:00Z; in a URL"
              + " a + is %2B)");
    }
  }
}
