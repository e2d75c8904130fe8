package io.floorkeeper.posterior;

/**
 * A recorded alarm.
 *
 * @param armNo 0: of the role as a whole
 * @param kind {@code drift_down}, {@code drift_up}, {@code floor}, {@code ceiling}, {@code spike},
 *     {@code spend_day} or {@code spend_run}
 * @param bound what was crossed or left: a quality, or dollars per call, day or run
 * @param calls of the role until then
 * @param raisedAt RFC 3339
 * @param subject the day or the run whose ceiling was reached; null: of the role or arm itself
 */
public record RaisedAlarm(
    long alarmNo,
    int armNo,
    String kind,
    double bound,
    int block,
    long calls,
    String raisedAt,
    String subject) {}
