package io.floorkeeper.posterior;

/**
 * A recorded alarm.
 *
 * @param armNo 0: of the role as a whole
 * @param kind {@code drift_down}, {@code drift_up}, {@code floor}, {@code ceiling} or {@code spike}
 * @param bound what was crossed or left: a quality, or dollars per call
 * @param calls of the role until then
 * @param raisedAt RFC 3339
 */
public record RaisedAlarm(
    long alarmNo, int armNo, String kind, double bound, int block, long calls, String raisedAt) {}
