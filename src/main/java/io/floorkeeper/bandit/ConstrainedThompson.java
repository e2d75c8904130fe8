package io.floorkeeper.bandit;

import java.util.Arrays;
import java.util.List;

/**
 * The exact probabilities with which constrained Thompson sampling would choose each arm: sample
 * every arm's quality (and cost) from its posterior, take the cheapest arm whose quality clears the
 * floor f, and where none does the one of the best quality.
 *
 * <p>Drawing from these probabilities has the same joint law, given a snapshot, as sampling the
 * posteriors on every call; only staleness matters, and it costs little (Karbasi et al. 2021;
 * Kalkanli and Ozgur, arXiv 2110.00158; Namkoong, Daulton and Bakshy, arXiv 2011.14266).
 *
 * <pre>
 * S_k = P(q_k &gt;= f),  F_j the distribution of q_j,  p_k the density of q_k
 * costs known, ascending:
 *   P_k = S_k * prod_{j&lt;k} (1 - S_j)  +  Integral_0^f p_k(x) * prod_{j != k} F_j(x) dx
 * costs uncertain, ln c_k ~ Normal(m_k, s_k^2): the first term becomes
 *   S_k * Integral phi(z) * prod_{j != k} [1 - S_j * Phi((m_k + s_k*z - m_j)/s_j)] dz
 * </pre>
 *
 * <p>Both terms have totals in closed form, P(some arm clears f) = 1 - prod_j (1 - S_j) and its
 * complement; each term is scaled to its own total, so that the error of the quadrature (about
 * 1e-13) never moves mass from "clears" to "best".
 */
public final class ConstrainedThompson {
  private static final double PANEL = 1.5;

  /** 2*pi/sqrt(2*40): see {@link #bySteps}. */
  private static final double STEP = .70;

  /** Below it the panels have fewer nodes. */
  private static final double LEAST_STEP = .06;

  private ConstrainedThompson() {}

  /**
   * P(arm k has the best quality), without a floor.
   *
   * @return one probability per arm, sum 1
   * @throws IllegalArgumentException if there is no arm
   */
  public static double[] unconstrained(List<BetaPosterior> arms) {
    requireArms(arms.size());
    return scaled(BestQuality.below(arms, 1), 1);
  }

  /**
   * The probabilities where costs are known.
   *
   * @param cheapestFirst the arms' qualities in ascending order of cost
   * @param floor f; at most 0: the first arm always clears; at least 1: none does
   * @return one probability per arm, sum 1
   * @throws IllegalArgumentException if there is no arm or the floor is not a number
   */
  public static double[] knownCosts(List<BetaPosterior> cheapestFirst, double floor) {
    int n = cheapestFirst.size();
    requireArms(n);
    requireFloor(floor);
    double[] s = survivals(cheapestFirst, floor);
    double[] clears = new double[n];
    double noneBefore = 1;
    for (int k = 0; k < n; k++) {
      clears[k] = s[k] * noneBefore;
      noneBefore *= cheapestFirst.get(k).cdf(floor);
    }
    return joined(cheapestFirst, floor, s, clears);
  }

  /**
   * The probabilities where costs are uncertain. Equal known costs count as ascending in the order
   * of the list.
   *
   * @param arms what is believed of each, in tier order
   * @param floor f; at most 0: the cheapest arm is chosen; at least 1: the best
   * @return one probability per arm, sum 1
   * @throws IllegalArgumentException if there is no arm or the floor is not a number
   */
  public static double[] uncertainCosts(List<ArmBelief> arms, double floor) {
    int n = arms.size();
    requireArms(n);
    requireFloor(floor);
    List<BetaPosterior> qualities = arms.stream().map(ArmBelief::quality).toList();
    double[] s = survivals(qualities, floor);
    return joined(qualities, floor, s, clears(arms, s));
  }

  /** The first term of every arm, as the quadrature has it. */
  static double[] clears(List<ArmBelief> arms, double[] s) {
    double[] clears = new double[s.length];
    for (int k = 0; k < s.length; k++) {
      clears[k] = s[k] == 0 ? 0 : s[k] * cheapest(arms, s, k);
    }
    return clears;
  }

  private static double[] survivals(List<BetaPosterior> arms, double floor) {
    double[] s = new double[arms.size()];
    for (int k = 0; k < s.length; k++) {
      s[k] = arms.get(k).survival(floor);
    }
    return s;
  }

  private static double[] joined(
      List<BetaPosterior> arms, double floor, double[] s, double[] clears) {
    double logNone = 0;
    for (int k = 0; k < s.length; k++) {
      logNone += s[k] < .5 ? Math.log1p(-s[k]) : Math.log(arms.get(k).cdf(floor));
    }
    double[] p = scaled(clears, -Math.expm1(logNone));
    double[] best = scaled(BestQuality.below(arms, floor), Math.exp(logNone));
    for (int k = 0; k < p.length; k++) {
      p[k] += best[k];
    }
    return scaled(p, 1);
  }

  /** Integral phi(z) * prod_{j != k} [1 - S_j * P(c_j &lt; c_k | z)] dz. */
  private static double cheapest(List<ArmBelief> arms, double[] s, int k) {
    CostPosterior own = arms.get(k).cost();
    double certain = 1;
    int[] rivals = new int[arms.size()];
    int n = 0;
    for (int j = 0; j < s.length; j++) {
      if (j != k) {
        CostPosterior other = arms.get(j).cost();
        double gap = own.logMean() - other.logMean();
        boolean overlaps = Math.abs(gap) < Normal.REACH * (own.logSd() + other.logSd());
        if (own.logSd() > 0 && overlaps) {
          rivals[n++] = j;
        } else {
          certain *= 1 - s[j] * cheaper(other, own.logMean(), j < k);
        }
      }
    }
    return n == 0 ? certain : certain * integral(arms, s, own, Arrays.copyOf(rivals, n));
  }

  /** P(c_j &lt; c) of an arm's cost c_j and the logarithm of c; an exact tie goes to the first. */
  private static double cheaper(CostPosterior other, double logCost, boolean isBefore) {
    if (other.logMean() == logCost && other.logSd() == 0) {
      return isBefore ? 1 : 0;
    }
    // A point mass divides by 0 to an infinity of the right sign.
    return Normal.cdf((logCost - other.logMean()) / other.logSd());
  }

  private static double integral(
      List<ArmBelief> arms, double[] s, CostPosterior own, int[] rivals) {
    double squares = 1;
    for (int j : rivals) {
      double ratio = own.logSd() / arms.get(j).cost().logSd();
      squares += ratio * ratio;
    }
    double step = STEP / Math.sqrt(squares);
    return step >= LEAST_STEP
        ? bySteps(arms, s, own, rivals, step)
        : byPanels(arms, s, own, rivals);
  }

  /**
   * The trapezoidal rule, which on the whole line converges faster than any power of its step
   * (Trefethen and Weideman, SIAM Review 56(3), 2014): the integrand's Fourier transform falls like
   * exp(-omega^2/(2*(1 + sum (s_k/s_j)^2))), and the step h errs by what is left of it at omega =
   * 2*pi/h, here exp(-40).
   */
  private static double bySteps(
      List<ArmBelief> arms, double[] s, CostPosterior own, int[] rivals, double step) {
    double sum = 0;
    int reach = (int) Math.ceil(Normal.REACH / step);
    for (int i = -reach; i <= reach; i++) {
      double z = i * step;
      sum += Normal.density(z) * noneCheaper(arms, s, own.logMean() + own.logSd() * z, rivals);
    }
    return step * sum;
  }

  /** For rivals that are much narrower, or certain: Phi is then a cliff, or a step. */
  private static double byPanels(
      List<ArmBelief> arms, double[] s, CostPosterior own, int[] rivals) {
    double[] breaks = breaks(arms, own, rivals);
    double sum = 0;
    for (int i = 1; i < breaks.length; i++) {
      double half = (breaks[i] - breaks[i - 1]) / 2;
      double centre = breaks[i - 1] + half;
      for (int node = 0; half > 0 && node < GaussLegendre.N; node++) {
        double z = centre + half * GaussLegendre.node(node);
        sum +=
            half
                * GaussLegendre.weight(node)
                * Normal.density(z)
                * noneCheaper(arms, s, own.logMean() + own.logSd() * z, rivals);
      }
    }
    return sum;
  }

  private static double noneCheaper(
      List<ArmBelief> arms, double[] s, double logCost, int[] rivals) {
    double product = 1;
    for (int j : rivals) {
      product *= 1 - s[j] * cheaper(arms.get(j).cost(), logCost, false);
    }
    return product;
  }

  /** Panels of 1 1/2 on z, and finer ones where a narrower rival's Phi rises. */
  private static double[] breaks(List<ArmBelief> arms, CostPosterior own, int[] rivals) {
    int perSide = (int) Math.ceil(Normal.REACH / PANEL);
    int perScale = 2 * perSide + 1;
    double[] points = new double[perScale * (rivals.length + 1)];
    int n = 0;
    for (int i = -perSide; i <= perSide; i++) {
      points[n++] = PANEL * i;
    }
    for (int j : rivals) {
      CostPosterior other = arms.get(j).cost();
      double ratio = other.logSd() / own.logSd();
      double crossing = (other.logMean() - own.logMean()) / own.logSd();
      for (int i = -perSide; i <= perSide && ratio < 1; i++) {
        points[n++] = crossing + PANEL * i * ratio;
      }
    }
    double[] breaks = Arrays.copyOf(points, n);
    for (int i = 0; i < n; i++) {
      breaks[i] = Math.max(-Normal.REACH, Math.min(Normal.REACH, breaks[i]));
    }
    Arrays.sort(breaks);
    return breaks;
  }

  private static double[] scaled(double[] parts, double total) {
    double sum = 0;
    for (double part : parts) {
      sum += part;
    }
    double[] scaled = new double[parts.length];
    // A total so small that the quadrature found nothing of it is nothing.
    for (int k = 0; k < parts.length && sum > 0; k++) {
      scaled[k] = parts[k] / sum * total;
    }
    return scaled;
  }

  private static void requireArms(int n) {
    if (n == 0) {
      throw new IllegalArgumentException("arms must not be empty");
    }
  }

  private static void requireFloor(double floor) {
    if (Double.isNaN(floor)) {
      throw new IllegalArgumentException("floor must be a number");
    }
  }
}
