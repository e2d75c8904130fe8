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
 * log-concave between its cut-offs.
 */
final class BestQuality {
  private static final double UNRESOLVED = 1e-14;
  private static final int DEEPEST = 40;

  /** Width of a panel in scales of the narrowest arm: what 16 nodes resolve of a normal curve. */
  private static final double PANEL = 1.5;

  /** Half a panel from which on e^t would overflow. */
  private static final double FAR = 300;

  private static final int N = GaussLegendre.N;

  private final int k;
  private final LogitBeta[] arms;
  private final double[] from;
  private final double[] to;
  private final double[] tolerance;
  private final double[] massLeft;
  private final double[][] density;
  private final double[][] below;
  private final double[] shared = new double[N];
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
    panels(start, end);
  }

  /** From left to right in panels as wide as the narrowest arm there resolves. */
  private void panels(double start, double end) {
    double left = start;
    while (left < end) {
      double right = end;
      for (int j = 0; j < k; j++) {
        if (left < from[j]) {
          right = Math.min(right, from[j]);
        } else if (left < to[j]) {
          right = Math.min(right, Math.min(to[j], left + PANEL * arms[j].scale));
        }
      }
      // Where rounding swallows the step there is nothing left that could be told apart.
      panel(left, Math.max(right, Math.nextUp(left)), 0);
      left = Math.max(right, Math.nextUp(left));
    }
  }

  /**
   * The densities at the nodes of a panel, measured from its centre y:
   *
   * <pre>
   * ln p_j(y+t) = ln p_j(y) + a_j*t - (a_j+b_j) * L(t)         L(t) = ln(1 + x*(e^t - 1)),  x = logistic(y)
   *             = ln p_j(y) - b_j*t - (a_j+b_j) * L'(t)       L'(t) = ln(1 + (1-x)*(e^-t - 1))
   * </pre>
   *
   * <p>L is that of the node, not of the arm: two of the three transcendental functions are shared.
   * Of the two forms the one whose terms are the smaller.
   */
  private boolean densities(double left, double right, double centre, double half, boolean all) {
    boolean mirrored = centre > 0;
    double share = LogitBeta.logistic(mirrored ? -centre : centre);
    for (int i = 0; i < N; i++) {
      double t = half * GaussLegendre.node(i);
      shared[i] = Math.log1p(share * Math.expm1(mirrored ? -t : t));
    }
    boolean resolved = true;
    for (int j = 0; j < k && (resolved || all); j++) {
      boolean active = left < to[j] && right > from[j];
      if (!active) {
        Arrays.fill(density[j], 0);
        continue;
      }
      double n = arms[j].a + arms[j].b;
      double slope = half * (mirrored ? -arms[j].b : arms[j].a);
      double atCentre = arms[j].logDensity(centre);
      for (int i = 0; i < N; i++) {
        double logDensity =
            half < FAR
                ? atCentre + (slope * GaussLegendre.node(i) - n * shared[i])
                : arms[j].logDensity(centre + half * GaussLegendre.node(i));
        density[j][i] = Math.exp(logDensity);
      }
      resolved = half * GaussLegendre.unresolved(density[j]) <= tolerance[j];
    }
    return resolved;
  }

  private void panel(double left, double right, int depth) {
    double half = (right - left) / 2;
    double centre = left + half;
    boolean deepest = depth == DEEPEST;
    boolean resolved = densities(left, right, centre, half, deepest);
    if (!resolved && !deepest) {
      panel(left, centre, depth + 1);
      panel(centre, right, depth + 1);
      return;
    }
    for (int j = 0; j < k; j++) {
      GaussLegendre.integralsToNodes(density[j], below[j]);
      for (int i = 0; i < N; i++) {
        // The interpolant of a steep tail may dip below 0 by less than its last digit.
        below[j][i] = Math.max(0, massLeft[j] + half * below[j][i]);
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
