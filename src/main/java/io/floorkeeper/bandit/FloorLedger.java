package io.floorkeeper.bandit;

import java.util.Arrays;
import java.util.List;

/**
 * What a role's calls have banked above its floor, and so how far below it some of the next ones
 * may go: the two together keep the floor with a confidence that the policy states.
 *
 * <pre>
 * B_k      the arm's calls in the blocks opened within the role's last 1,000 calls
 * w_k    = B_k + 100*pi_k                         what is booked, and a hundred calls to come
 * A(w)   = sum w_k*q_k - f*sum w_k                what they bank;  f = r*q_ref under a relative floor
 * ledger:  E[A(w)] &gt;= z*sd[A(w)],   z = z_floor + (z_ledger - z_floor)/(1 + N/1000),
 *          N the role's calls as they count today
 * now:     the same of w_k = pi_k at z_floor
 * a mixture pi passes that passes both.
 * </pre>
 *
 * <p>Conservative exploration (Wu, Shariff, Lattimore and Szepesvari, Conservative Bandits, ICML
 * 2016; Kazerouni et al., NIPS 2017): an arm that may miss the floor is tried with what the safe
 * one has provably earned. Here the safe arm's surplus is learned too, past calls count with what
 * is believed of their arms today, and errors of different arms add in quadrature: sd^2 = sum
 * coefficient_k^2 * Var_k. All of it is a function of the calls and labels in the snapshot.
 *
 * <p>Why both. The ledger alone spends what it has banked: on long streams with sparse, late labels
 * it then stood on the floor when an arm fell. The coming calls alone see no debt: a short stream
 * that started badly ends badly. So a surplus never pays for a visible breach, and a debt is paid
 * back.
 *
 * <p>Why z falls with N: a role of 300 calls has one chance, a role of 20,000 repairs what its
 * first thousand got wrong. A reset of an arm discounts its calls with its labels, so what an arm
 * owes from before a regression that was noticed is not paid for twice.
 *
 * <p>Both conditions are concave in pi, so on the way from a mixture that passes to one that does
 * not there is one last that passes.
 */
final class FloorLedger {
  /** A block opened before these calls is no longer in the book: no credit or debt for ever. */
  static final double BOOK_CALLS = 1_000;

  /** The calls that an allocation answers for; a snapshot lives for fewer where labels flow. */
  static final double COMING_CALLS = 100;

  private static final int HALVINGS = 40;

  private final int arms;
  private final int[] cellOf;
  private final int[] reference;
  private final double[] weight;
  private final double[] mean;
  private final double[] variance;
  private final double[] booked;
  private final double absolute;
  private final double relative;
  private final double z;
  private final double zNow;

  /**
   * @param arms the eligible arms in tier order, the last the reference
   * @param floorConfidence of the calls to come, in (.5, 1)
   * @param ledgerConfidence of a new role's ledger, below 1; at least {@code floorConfidence}
   *     counts
   */
  FloorLedger(List<ArmBelief> arms, Floor floor, double floorConfidence, double ledgerConfidence) {
    this(List.of(arms), new double[] {1}, floor, floorConfidence, ledgerConfidence);
  }

  /**
   * Over a role's cells together, each of them with its own reference. Mixtures are then given cell
   * after cell.
   *
   * @param weight the cells' shares of the traffic, sum 1
   */
  FloorLedger(
      List<List<ArmBelief>> cells,
      double[] weight,
      Floor floor,
      double floorConfidence,
      double ledgerConfidence) {
    List<ArmBelief> arms = cells.stream().flatMap(List::stream).toList();
    this.arms = arms.size();
    this.weight = weight.clone();
    this.cellOf = new int[this.arms];
    this.reference = new int[cells.size()];
    int next = 0;
    for (int b = 0; b < reference.length; b++) {
      Arrays.fill(cellOf, next, next + cells.get(b).size(), b);
      next += cells.get(b).size();
      reference[b] = next - 1;
    }
    this.mean = arms.stream().mapToDouble(arm -> arm.quality().mean()).toArray();
    this.variance = arms.stream().mapToDouble(arm -> arm.quality().variance()).toArray();
    boolean isAbsolute = floor.kind() == Floor.Kind.ABSOLUTE;
    this.absolute = isAbsolute ? floor.value() : 0;
    this.relative = isAbsolute ? 0 : floor.value();
    double calls = arms.stream().mapToDouble(ArmBelief::calls).sum();
    double youth = 1 / (1 + calls / BOOK_CALLS);
    this.booked = arms.stream().mapToDouble(ArmBelief::bookedCalls).toArray();
    this.zNow = Normal.quantile(floorConfidence);
    this.z = zNow + youth * Math.max(0, Normal.quantile(ledgerConfidence) - zNow);
  }

  /** Whether the role may be served by this mixture. */
  boolean passes(double[] pi) {
    return most(pi, pi) == 1;
  }

  /**
   * The largest t in [0, 1] such that (1-t)*safe + t*daring passes; NaN where the safe one does not
   * pass itself.
   */
  double most(double[] safe, double[] daring) {
    double[] nothing = new double[arms];
    return Math.min(
        most(
            coefficients(booked, COMING_CALLS, safe),
            coefficients(booked, COMING_CALLS, daring),
            z),
        most(coefficients(nothing, 1, safe), coefficients(nothing, 1, daring), zNow));
  }

  private double most(double[] from, double[] to, double z) {
    double a = 0;
    double b = 0;
    double aa = 0;
    double ab = 0;
    double bb = 0;
    for (int k = 0; k < arms; k++) {
      double step = to[k] - from[k];
      // Of an absolute floor the coefficients are of q_k - f, else of q_k alone.
      double gain = mean[k] - absolute;
      a += from[k] * gain;
      b += step * gain;
      aa += from[k] * from[k] * variance[k];
      ab += from[k] * step * variance[k];
      bb += step * step * variance[k];
    }
    if (slack(a, b, aa, ab, bb, z, 1) >= 0) {
      return slack(a, b, aa, ab, bb, z, 0) >= 0 ? 1 : Double.NaN;
    }
    if (slack(a, b, aa, ab, bb, z, 0) < 0) {
      return Double.NaN;
    }
    double low = 0;
    double high = 1;
    for (int i = 0; i < HALVINGS; i++) {
      double t = (low + high) / 2;
      if (slack(a, b, aa, ab, bb, z, t) >= 0) {
        low = t;
      } else {
        high = t;
      }
    }
    return low;
  }

  /** E[A] - z*sd[A] at t, where E[A] = a + b*t and the variance is aa + 2*ab*t + bb*t^2. */
  private static double slack(
      double a, double b, double aa, double ab, double bb, double z, double t) {
    return a + b * t - z * Math.sqrt(Math.max(0, aa + t * (2 * ab + t * bb)));
  }

  /** Of q_k in A(w). */
  private double[] coefficients(double[] past, double coming, double[] pi) {
    double[] w = new double[arms];
    double[] calls = new double[reference.length];
    for (int k = 0; k < arms; k++) {
      w[k] = past[k] + coming * weight[cellOf[k]] * pi[k];
      calls[cellOf[k]] += w[k];
    }
    for (int b = 0; b < calls.length; b++) {
      w[reference[b]] -= relative * calls[b];
    }
    return w;
  }

  /**
   * Of one cell, the cheapest mixture that passes, exploration included:
   *
   * <pre>argmin sum pi*c  s.t. (1-eps)*pi + eps*explored passes, of at most two arms in pi</pre>
   *
   * @param allowed arms that pi may have
   * @return (1-eps)*pi + eps*explored; null where no single arm passes, nor any share of it
   */
  double[] cheapest(double[] cost, boolean[] allowed, double[] explored, double eps) {
    double[] best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < arms; i++) {
      double[] safe = allowed[i] ? towards(only(i), explored, eps) : null;
      if (safe == null || !passes(safe)) {
        continue;
      }
      for (int j = 0; j < arms; j++) {
        if (j == i || allowed[j] && cost[j] < cost[i]) {
          double[] daring = towards(only(j), explored, eps);
          double t = most(safe, daring);
          double c = cost[i] + t * (cost[j] - cost[i]);
          // Of equal costs the stronger arm: later in the order.
          if (c <= least) {
            least = c;
            best = towards(safe, daring, t);
          }
        }
      }
    }
    return best;
  }

  private double[] only(int arm) {
    double[] pi = new double[arms];
    pi[arm] = 1;
    return pi;
  }

  /** (1-t)*from + t*to. */
  static double[] towards(double[] from, double[] to, double t) {
    double[] mixed = new double[from.length];
    for (int k = 0; k < mixed.length; k++) {
      mixed[k] = (1 - t) * from[k] + t * to[k];
    }
    return mixed;
  }
}
