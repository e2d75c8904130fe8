package io.floorkeeper.routing;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Which share of its requests a model of one's own takes, so that the calls that come to it stay at
 * its capacity. A plain object for one thread; clock and figures are handed in.
 *
 * <p>It does not follow the rate that it has caused itself, which would swing with the time that
 * spans take to come. It estimates the demand that there would be without it, by the inverse of the
 * share under which each task was admitted (Horvitz and Thompson, JASA 1952), and divides:
 *
 * <pre>
 * demand = sum 1/a(s) over this replica's tasks of the last minute, admitted at s
 * target = (capacity - calls without a decision) / (calls per task * (demand + demand of others))
 * a      moves to target, in [{@value #LEAST}, 1], with the time constant {@value #SMOOTH_MILLIS} ms
 * </pre>
 *
 * <p>Demand is that of the last minute, unless the last quarter of it is out of its range (2.5
 * standard deviations of the estimate): then its edge counts, so that a rush is met in seconds and
 * chance is not. Replicas tell each other their demand. From the others' admitted tasks alone it
 * could not be had: any two shares that fill the model together would then be in balance, and
 * drift.
 */
final class AdmitShare {
  /** What is always let in, or nothing would be known of the demand any more. */
  static final double LEAST = .01;

  private static final long WINDOW_MILLIS = 60_000;
  private static final long SHORT_MILLIS = 15_000;
  private static final long SMOOTH_MILLIS = 3_000;
  private static final double DEVIATIONS = 2.5;

  /** Tasks that were decided up to a moment, and the share that was in force. */
  private record Interval(long endMillis, double share, long tasks) {}

  /**
   * What this replica hears of others, per minute.
   *
   * @param unrouted calls without a decision of anybody
   * @param callsPerTask of those with one; at least 1
   * @param tasks that other replicas have admitted
   * @param demand the tasks that they would have without a capacity
   */
  record Told(double unrouted, double callsPerTask, double tasks, double demand) {
    static final Told NOTHING = new Told(0, 1, 0, 0);
  }

  private final double callsPerMinute;
  private final Deque<Interval> lastMinute = new ArrayDeque<>();
  private double share = 1;
  private double utilisation;
  private long tasks;
  private double demand;
  private long lastMillis;

  /**
   * @param callsPerMinute above 0
   */
  AdmitShare(double callsPerMinute) {
    this.callsPerMinute = callsPerMinute;
  }

  /** In [{@value #LEAST}, 1]. */
  double share() {
    return share;
  }

  /** Calls per minute over capacity, those included that no span has told of yet. */
  double utilisation() {
    return utilisation;
  }

  /** That this replica admitted in the last minute. */
  long tasks() {
    return tasks;
  }

  /** Tasks per minute that this replica would have without a capacity. */
  double demand() {
    return demand;
  }

  /**
   * One more look.
   *
   * @param ownTasks that this replica decided since the last look, under {@link #share}
   */
  void look(long nowMillis, long ownTasks, Told told) {
    lastMinute.addLast(new Interval(nowMillis, share, ownTasks));
    while (lastMinute.peekFirst().endMillis <= nowMillis - WINDOW_MILLIS) {
      lastMinute.removeFirst();
    }
    weigh(nowMillis);
    utilisation = (told.unrouted + told.callsPerTask * (tasks + told.tasks)) / callsPerMinute;
    double all = told.callsPerTask * (demand + told.demand);
    double target = all > 0 ? (callsPerMinute - told.unrouted) / all : 1;
    double follow =
        lastMillis == 0 ? 1 : -Math.expm1(-(nowMillis - lastMillis) / (double) SMOOTH_MILLIS);
    share += follow * (Math.max(LEAST, Math.min(1, target)) - share);
    if (share > 1 - 1e-3) {
      share = 1; // nothing is drawn for a model that has room
    }
    lastMillis = nowMillis;
  }

  private void weigh(long nowMillis) {
    tasks = 0;
    double minute = 0;
    double quarter = 0;
    double variance = 1 / (share * share);
    for (Interval i : lastMinute) {
      tasks += i.tasks;
      minute += i.tasks / i.share;
      if (i.endMillis > nowMillis - SHORT_MILLIS) {
        quarter += i.tasks / i.share;
        variance += i.tasks / (i.share * i.share);
      }
    }
    double parts = (double) WINDOW_MILLIS / SHORT_MILLIS;
    double range = DEVIATIONS * parts * Math.sqrt(variance);
    demand = Math.min(Math.max(minute, parts * quarter - range), parts * quarter + range);
  }
}
