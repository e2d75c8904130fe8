package io.floorkeeper.bandit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The allocations of a role that is routed by bucket. A cell is a bucket that stands by itself, or
 * the pool of all that do not.
 *
 * <pre>
 * per_arm:  every cell by itself against the floor ({@link FloorAllocation})
 * role:     the floor is held over the traffic: with X = sum_b w_b sum_k piTS_bk*L_bk,
 *           M = sum_b w_b max_k L_bk,  F = sum_b w_b f_b
 *           eps  = eps0 if M &lt;= X, else clip((M - F)/(M - X), .005, eps0)
 *           g    = (F - eps*X)/(1 - eps);   if M &gt;= F: g = min(g, M)
 *           piLP = argmin sum_b w_b sum_k pi_bk*c_bk  s.t. sum_b w_b sum_k pi_bk*L_bk &gt;= g
 *           pi_b = (1 - eps)*piLP_b + eps*piTS_b;   infeasible: the strongest arm in every cell
 * </pre>
 *
 * <p>A ledger ({@link FloorLedger}) is kept of the role as a whole under role scope, and of each
 * cell under per_arm; where it does not pass, every cell moves by the same share towards its
 * strongest.
 *
 * <p>With one cell both are {@link FloorAllocation#allocate}. Under an absolute floor f_b = f in
 * every cell, also where no arm reaches it there: what one cell lacks another may give. Only where
 * the traffic as a whole cannot reach it does each such cell fall back to its relative floor.
 * Demoted arms are tried in every cell, under both scopes, as in the role as a whole.
 *
 * <p>Lower bounds are each cell's own, so the sum is held with more confidence than the policy asks
 * for, and the more cells the more. Shortening the margins to those of a sum of independent errors
 * saved more and broke the floor in a third of the runs: the program picks the arms whose errors
 * flatter them (architecture decision record 9).
 */
public final class ContextAllocation {
  private ContextAllocation() {}

  /**
   * @param cells by cell, the eligible arms in tier order, the last the strongest
   * @param weight w, the cells' shares of the traffic, sum 1
   * @param demoted indices of arms under demotion, the same in every cell
   * @param presetIndex the arm of the preset, or -1 where it is not eligible
   * @return by cell
   * @throws IllegalArgumentException if the weights are not one per cell or an index is out of
   *     range
   */
  public static List<FloorSolution> allocate(
      List<List<ArmBelief>> cells,
      double[] weight,
      Floor floor,
      AllocationSettings settings,
      Set<Integer> demoted,
      int presetIndex) {
    if (weight.length != cells.size()) {
      throw new IllegalArgumentException("one weight per cell is expected: " + weight.length);
    }
    if (settings.scope() == FloorScope.PER_ARM || cells.size() == 1) {
      return cells.stream()
          .map(arms -> FloorAllocation.allocate(arms, floor, settings, demoted, presetIndex))
          .toList();
    }
    List<FloorAllocation> problems =
        cells.stream().map(arms -> new FloorAllocation(arms, floor, settings, demoted)).toList();
    List<ArmBounds> stated =
        cells.stream()
            .map(
                arms ->
                    floor.kind() == Floor.Kind.ABSOLUTE
                        ? ArmBounds.absolute(arms, floor.value(), settings.delta())
                        : ArmBounds.relative(arms, floor.value(), settings.delta()))
            .toList();
    double[][] pi = overTraffic(problems, stated, weight, settings, false);
    Floor inForce = pi == null ? Floor.relative(settings.fallbackRelativeFloor()) : floor;
    if (pi == null) {
      List<ArmBounds> fallback = problems.stream().map(FloorAllocation::bounds).toList();
      pi = overTraffic(problems, fallback, weight, settings, true);
    }
    if (settings.ledgerConfidence() != 0) {
      FloorLedger ledger =
          new FloorLedger(
              cells, weight, inForce, 1 - settings.delta(), settings.ledgerConfidence());
      pi = asFarAsItPasses(pi, problems, ledger, settings);
    }
    List<FloorSolution> solutions = new ArrayList<>();
    for (int b = 0; b < problems.size(); b++) {
      FloorAllocation problem = problems.get(b);
      solutions.add(problem.solution(problem.withTrial(pi[b]), presetIndex));
    }
    return List.copyOf(solutions);
  }

  /**
   * In every cell by the same share towards its strongest, as far as the role's ledger wants it.
   */
  private static double[][] asFarAsItPasses(
      double[][] pi,
      List<FloorAllocation> problems,
      FloorLedger ledger,
      AllocationSettings settings) {
    int arms = pi[0].length;
    double[] all = new double[pi.length * arms];
    double[] strongest = new double[all.length];
    for (int b = 0; b < pi.length; b++) {
      System.arraycopy(pi[b], 0, all, b * arms, arms);
      strongest[(b + 1) * arms - 1] = 1;
    }
    double t = FloorAllocation.share(ledger, strongest, all, settings.eps0());
    double[][] kept = new double[pi.length][];
    for (int b = 0; b < pi.length; b++) {
      kept[b] = FloorLedger.towards(problems.get(b).only(arms - 1), pi[b], t);
    }
    return kept;
  }

  /** Null where the floor cannot be reached, unless {@code always}: then the strongest arms. */
  private static double[][] overTraffic(
      List<FloorAllocation> problems,
      List<ArmBounds> bounds,
      double[] weight,
      AllocationSettings settings,
      boolean always) {
    int n = problems.size();
    boolean[] allowed = problems.get(0).exploitable();
    double[][] value = new double[n][];
    double[][] cost = new double[n][];
    double explored = 0;
    double most = 0;
    double floor = 0;
    for (int b = 0; b < n; b++) {
      value[b] = bounds.get(b).lower();
      cost[b] = problems.get(b).costs();
      double best = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < allowed.length; k++) {
        best = allowed[k] ? Math.max(best, value[b][k]) : best;
      }
      explored += weight[b] * FloorAllocation.dot(problems.get(b).thompson(), value[b]);
      most += weight[b] * best;
      floor += weight[b] * bounds.get(b).floor();
    }
    double eps = FloorAllocation.eps(settings.eps0(), most - explored, most - floor);
    double level = (floor - eps * explored) / (1 - eps);
    if (most >= floor) {
      level = Math.min(level, most);
    }
    double[][] pi = TrafficProgram.cheapest(weight, value, cost, allowed, level);
    if (pi == null && !always) {
      return null;
    }
    double[][] mixed = new double[n][];
    for (int b = 0; b < n; b++) {
      FloorAllocation problem = problems.get(b);
      mixed[b] = problem.mixed(pi == null ? problem.only(allowed.length - 1) : pi[b], eps);
    }
    return mixed;
  }
}
