package io.floorkeeper.platform;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** Values of query parameters, read alike by all who take them. */
public final class QueryValue {
  private QueryValue() {}

  /**
   * A moment, as in {@code 2026-11-25T00:00:00Z}.
   *
   * @throws Problem.BadRequest naming the parameter
   */
  public static Instant instant(String parameter, String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw Problem.BadRequest.field(
          "invalid_value",
          parameter,
          "must be a time with its offset, as in 2026-11-25T00:00:00Z (in a URL a + is %2B)");
    }
  }

  /**
   * A probability that is neither 0 nor 1.
   *
   * @throws Problem.BadRequest naming the parameter
   */
  public static double share(String parameter, String text) {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      value = Double.NaN;
    }
    if (!(value > 0 && value < 1)) {
      throw Problem.BadRequest.field(
          "invalid_value", parameter, "must be a number above 0 and below 1");
    }
    return value;
  }
}
