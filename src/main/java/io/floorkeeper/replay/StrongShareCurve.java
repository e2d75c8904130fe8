package io.floorkeeper.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How much of the way from the weak model's quality to the strong one's a router goes, against the
 * share of calls that it gives to the strong model: the score of RouteLLM (Ong et al. 2024, arXiv
 * 2406.18665).
 *
 * <pre>
 * PGR    = (q - q_weak) / (q_strong - q_weak)      performance gap recovered
 * APGR   = the area under PGR over the share, by trapezoids
 * CPT(x) = the least share at which PGR reaches x  call-performance threshold
 * </pre>
 *
 * <p>A router that asks by chance has APGR 1/2 and CPT(x) = x. Between two points a router may draw
 * which of the two settings serves a call: hence straight lines.
 *
 * @param points by share, from (0, 0), all weak, to (1, 1), all strong
 */
record StrongShareCurve(List<Point> points) {

  /**
   * @param strongShare share of the calls that the strong model served, in [0, 1]
   * @param pgr performance gap recovered; below 0 where the router chose worse than always weak
   */
  record Point(double strongShare, double pgr) {}

  StrongShareCurve {
    points = List.copyOf(points);
  }

  /** The curve through these points, in any order, and both ends. */
  static StrongShareCurve through(List<Point> measured) {
    for (Point point : measured) {
      if (!(point.strongShare >= 0 && point.strongShare <= 1)) {
        throw new IllegalArgumentException("strongShare must lie in [0, 1]: " + point.strongShare);
      }
      if (!Double.isFinite(point.pgr)) {
        throw new IllegalArgumentException("pgr must be finite: " + point.pgr);
      }
    }
    List<Point> points = new ArrayList<>(measured);
    points.add(new Point(0, 0));
    points.add(new Point(1, 1));
    points.sort(Comparator.comparingDouble(Point::strongShare).thenComparingDouble(Point::pgr));
    return new StrongShareCurve(points);
  }

  double apgr() {
    double area = 0;
    for (int i = 1; i < points.size(); i++) {
      Point left = points.get(i - 1);
      Point right = points.get(i);
      area += (right.strongShare - left.strongShare) * (left.pgr + right.pgr) / 2;
    }
    return area;
  }

  /**
   * CPT(level): where the curve first reaches it.
   *
   * @param level in (0, 1]
   */
  double callPerformanceThreshold(double level) {
    if (!(level > 0 && level <= 1)) {
      throw new IllegalArgumentException("level must lie in (0, 1]: " + level);
    }
    for (int i = 1; i < points.size(); i++) {
      Point left = points.get(i - 1);
      Point right = points.get(i);
      if (right.pgr >= level) {
        double way = left.pgr >= level ? 0 : (level - left.pgr) / (right.pgr - left.pgr);
        return left.strongShare + way * (right.strongShare - left.strongShare);
      }
    }
    throw new IllegalStateException("a curve ends at PGR 1");
  }
}
