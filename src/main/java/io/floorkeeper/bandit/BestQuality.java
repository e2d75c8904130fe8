package io.floorkeeper.bandit;

import java.util.Arrays;
import java.util.List;

/**
 * The probability that an arm's quality is the best of all and below a limit f:
 *
 * <pre>W_k = Integral_0^f p_k(x) * prod_{j != k} F_j(x) dx</pre>
 *
 * <p>Integrated on the logit scale in panels of 16 Gauss-Legendre nodes. One pass from left to
 * right serves all arms: on each panel every density is evaluated once, and its own cumulative
 * integral is its F. A panel is halved until each density's Legendre series ends below 1e-14 of its
 * mass, so that peaks of any width are found; where to look is known, since each density is
 * log-concave around its mode.
 */
final class BestQuality {
  private static final double UNRESOLVED = 1e-14;
  private static final int DEEPEST = 40;
  private static final int N = GaussLegendre.N;

  private final int k;
  private final LogitBeta[] arms;
  private final double[] from;
  private final double[] to;
  private final double[] tolerance;
  private final double[] massLeft;
  private final double[][] density;
  private final double[][] below;
  private final double[] product;
  private final double[] best;

  private BestQuality(List<BetaPosterior> posteriors) {
    k = posteriors.size();
    arms = new LogitBeta[k];
    from = new double[k];
    to = new double[k];
    tolerance = new double[k];
    massLeft = new double[k];
    density = new double[k][N];
    below = new double[k][N];
    product = new double[N];
    best = new double[k];
    for (int j = 0; j < k; j++) {
      arms[j] = new LogitBeta(posteriors.get(j));
      from[j] = arms[j].lowerCutoff();
      to[j] = arms[j].upperCutoff();
      // Rounding of y blurs a narrow density by about this much; halving would not sharpen it.
      double blur = 1e-15 * Math.max(1, Math.abs(arms[j].mode)) / arms[j].scale;
      tolerance[j] = Math.max(UNRESOLVED, blur);
    }
  }

  /**
   * W of every arm.
   *
   * @param floor f; 1 or more: without a limit
   */
  static double[] below(List<BetaPosterior> posteriors, double floor) {
    BestQuality integral = new BestQuality(posteriors);
    integral.run(floor < 1 ? LogitBeta.logit(floor) : Double.POSITIVE_INFINITY);
    return integral.best;
  }

  private void run(double limit) {
    // Left of an arm's cut-off its F is nothing, and with it every product but its own; left of the
    // second cut-off from the right all products are nothing.
    double[] sorted = from.clone();
    Arrays.sort(sorted);
    double start = sorted[Math.max(0, k - 2)];
    double end = Math.min(limit, Arrays.stream(to).max().getAsDouble());
    if (!(start < end)) {
      return;
    }
    for (int j = 0; j < k; j++) {
      massLeft[j] = from[j] >= start ? 0 : arms[j].cdf(start);
    }
    double[] breaks = breaks(start, end);
    for (int i = 1; i < breaks.length; i++) {
      panel(breaks[i - 1], breaks[i], 0);
    }
  }

  /** Cut-offs and 1 1/2 scales around every mode, none closer than the narrowest arm asks for. */
  private double[] breaks(double start, double end) {
    double[] points = new double[k * 15 + 1];
    int n = 0;
    double narrowest = Double.POSITIVE_INFINITY;
    for (int j = 0; j < k; j++) {
      narrowest = Math.min(narrowest, arms[j].scale);
      for (int i = -6; i <= 6; i++) {
        points[n++] = arms[j].mode + 1.5 * i * arms[j].scale;
      }
      points[n++] = from[j];
      points[n++] = to[j];
    }
    points[n] = end;
    Arrays.sort(points);
    double[] breaks = new double[points.length + 1];
    breaks[0] = start;
    int count = 1;
    for (double point : points) {
      if (point > breaks[count - 1] + .5 * narrowest && point < end) {
        breaks[count++] = point;
      }
    }
    breaks[count++] = end;
    return Arrays.copyOf(breaks, count);
  }

  private void panel(double left, double right, int depth) {
    double half = (right - left) / 2;
    double centre = left + half;
    boolean resolved = true;
    boolean deepest = depth == DEEPEST;
    for (int j = 0; j < k && (resolved || deepest); j++) {
      boolean active = left < to[j] && right > from[j];
      for (int i = 0; i < N; i++) {
        double y = centre + half * GaussLegendre.node(i);
        density[j][i] = active ? Math.exp(arms[j].logDensity(y)) : 0;
      }
      resolved = !active || half * GaussLegendre.unresolved(density[j]) <= tolerance[j];
    }
    if (!resolved && !deepest) {
      panel(left, centre, depth + 1);
      panel(centre, right, depth + 1);
      return;
    }
    for (int j = 0; j < k; j++) {
      for (int i = 0; i < N; i++) {
        // The interpolant of a steep tail may dip below 0 by less than its last digit.
        below[j][i] = Math.max(0, massLeft[j] + half * GaussLegendre.integralToNode(i, density[j]));
      }
    }
    for (int arm = 0; arm < k; arm++) {
      if (left < to[arm] && right > from[arm]) {
        for (int i = 0; i < N; i++) {
          double others = density[arm][i];
          for (int j = 0; j < k; j++) {
            others *= j == arm ? 1 : below[j][i];
          }
          product[i] = others;
        }
        best[arm] += half * GaussLegendre.integral(product);
      }
    }
    for (int j = 0; j < k; j++) {
      massLeft[j] += half * GaussLegendre.integral(density[j]);
    }
  }
}
