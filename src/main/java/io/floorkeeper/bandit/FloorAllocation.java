package io.floorkeeper.bandit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How traffic is shared among the eligible arms so that dollars are fewest under a quality floor f.
 *
 * <pre>
 * proven: L_k &gt;= f        refuted: U_k &lt; f        ({@link ArmBounds})
 * piTS   constrained Thompson sampling ({@link ConstrainedThompson#uncertainCosts})
 *
 * per_arm:  pi = (1-eps) * (piTS over the unrefuted arms and the strongest, less the demoted)
 *                + eps * (piTS over all)
 *           while sd(f) &gt; .10, relative floors only:
 *           pi = (1-omega) * that + omega * 1{k = reference}
 *           while the ledger does not pass pi ({@link FloorLedger}):
 *           pi = (1-t) * 1{k = strongest} + t * pi,  t the largest that passes, at least .002
 * role:     pi = argmin sum pi*c  s.t. pi = (1-eps) * (at most two arms) + eps * piTS passes
 *           eps = eps0, else .002;   nothing passes: the strongest for the two arms
 * role, no ledger:
 *           D   = max L - sum piTS*L
 *           eps = eps0 if D &lt;= 0, else clip((max L - f)/D, .005, eps0)
 *           g   = (f - eps * sum piTS*L)/(1 - eps);   if max L &gt;= f: g = min(g, max L)
 *           piLP = argmin sum pi*c  s.t. sum pi*L &gt;= g;   infeasible: the strongest arm
 *           pi  = (1-eps) * piLP + eps * piTS
 * </pre>
 *
 * <p>The ledger is what keeps the floor on short streams: the bounds of single arms do not see that
 * a role has used up its surplus already. Measured in the architecture decision record 10.
 *
 * <p>Using what is not refuted rather than what is proven is what saves: requiring proof before use
 * saved a fraction on short streams. Where an absolute floor finds every arm refuted, it is
 * replaced by the relative floor of last resort and the solution says so; want of evidence alone
 * never does.
 *
 * <p>Why omega. A relative floor rests on the reference's mean, and an unluckily low one confirms
 * itself: f falls, a weak arm clears it, and the reference, then needed by nobody, is not tried
 * again. (A mean too high corrects itself: the reference is used.) So f is bought on purpose, as in
 * the explore-then-commit for which Sinha et al. (AISTATS 2021, arXiv 2011.01488) prove a bound
 * where plain Thompson sampling and UCB do badly, with the posterior as the stopping rule: a label
 * or two where they are good, 19 where half of them fail, and again once they are forgotten. Under
 * role scope the lower bounds carry the reference's variance into the program and keep weak arms
 * out by themselves. Measured in the architecture decision record 6.
 *
 * <p>Demoted arms leave the exploiting part only: piLP, its max L, and the unrefuted arms. They
 * keep their part of piTS over all, and are tried besides, so that labels decide soon whether they
 * are back:
 *
 * <pre>pi = (1-tau) * pi + tau/|D| * 1{k in D},   tau = .10, D the demoted</pre>
 *
 * <p>The strongest is never demoted. Costs in the programs are posterior means.
 */
public final class FloorAllocation {
  private static final double LEAST_EPS = .005;

  /**
   * While nothing passes the ledger, exploration is a debt. None at all would never find out that a
   * floor is out of reach of every arm.
   */
  private static final double LEAST_EPS_ON_DEBT = .002;

  /** tau: of the calls, for all demoted arms together. */
  public static final double TRIAL_SHARE = .10;

  private final List<ArmBelief> arms;
  private final AllocationSettings settings;
  private final FloorSolution.Status status;
  private final ArmBounds bounds;
  private final boolean[] demoted;
  private final double[] cost;
  private final double[] thompson;
  private final FloorLedger ledger;

  FloorAllocation(
      List<ArmBelief> arms, Floor floor, AllocationSettings settings, Set<Integer> demoted) {
    if (arms.isEmpty()) {
      throw new IllegalArgumentException("arms must not be empty");
    }
    this.arms = List.copyOf(arms);
    this.settings = settings;
    int n = arms.size();
    this.demoted = new boolean[n];
    for (int k : demoted) {
      if (k < 0 || k >= n) {
        throw new IllegalArgumentException("demoted must name eligible arms: " + k);
      }
      this.demoted[k] = k < n - 1;
    }
    double delta = settings.delta();
    ArmBounds stated =
        floor.kind() == Floor.Kind.ABSOLUTE
            ? ArmBounds.absolute(arms, floor.value(), delta)
            : ArmBounds.relative(arms, floor.value(), delta);
    if (stated.allRefuted()) {
      this.status = FloorSolution.Status.FLOOR_UNREACHABLE;
      this.bounds = ArmBounds.relative(arms, settings.fallbackRelativeFloor(), delta);
    } else {
      this.status = stated.anyProven() ? FloorSolution.Status.HELD : FloorSolution.Status.UNCERTAIN;
      this.bounds = stated;
    }
    Floor inForce =
        status == FloorSolution.Status.FLOOR_UNREACHABLE
            ? Floor.relative(settings.fallbackRelativeFloor())
            : floor;
    this.ledger =
        settings.ledgerConfidence() == 0
            ? null
            : new FloorLedger(arms, inForce, 1 - delta, settings.ledgerConfidence());
    this.cost = arms.stream().mapToDouble(arm -> arm.cost().meanUsd()).toArray();
    this.thompson = ConstrainedThompson.uncertainCosts(arms, bounds.floor());
  }

  /**
   * The allocation that keeps the floor for the fewest dollars.
   *
   * @param arms the eligible arms in tier order, the last the strongest and the reference
   * @param demoted indices of arms under demotion; the strongest among them is not heeded
   * @param presetIndex the arm of the preset, or -1 where it is not eligible
   * @throws IllegalArgumentException if there is no arm or an index is out of range
   */
  public static FloorSolution allocate(
      List<ArmBelief> arms,
      Floor floor,
      AllocationSettings settings,
      Set<Integer> demoted,
      int presetIndex) {
    FloorAllocation problem = new FloorAllocation(arms, floor, settings, demoted);
    double[] pi = settings.scope() == FloorScope.ROLE ? problem.perRole() : problem.perArm();
    return problem.solution(problem.withTrial(pi), presetIndex);
  }

  /**
   * The allocation of the best quality that a budget allows, for roles where cost comes first:
   *
   * <pre>
   * piLP = argmax sum pi*L  s.t. sum pi*c &lt;= (budget - eps * sum piTS*c)/(1-eps)
   * pi   = (1-eps) * piLP + eps * piTS          infeasible: piLP = the cheapest arm
   * </pre>
   *
   * <p>Exploration is paid out of the budget as it is paid out of the floor; eps is that of the
   * scope. Holdout and control come on top. The floor is reported against, not enforced, and
   * nothing is spent on knowing it.
   *
   * @param budgetUsdPerCall what is left of the budget over the calls expected, not negative
   * @see #allocate
   */
  public static FloorSolution allocateWithinBudget(
      List<ArmBelief> arms,
      Floor floor,
      AllocationSettings settings,
      Set<Integer> demoted,
      int presetIndex,
      double budgetUsdPerCall) {
    if (!(budgetUsdPerCall >= 0)) {
      throw new IllegalArgumentException(
          "budgetUsdPerCall must not be negative: " + budgetUsdPerCall);
    }
    FloorAllocation problem = new FloorAllocation(arms, floor, settings, demoted);
    return problem.solution(problem.withTrial(problem.withinBudget(budgetUsdPerCall)), presetIndex);
  }

  /** What demoted arms get besides, each the same. */
  double[] withTrial(double[] pi) {
    int tried = 0;
    for (boolean arm : demoted) {
      tried += arm ? 1 : 0;
    }
    for (int k = 0; tried > 0 && k < pi.length; k++) {
      pi[k] = (1 - TRIAL_SHARE) * pi[k] + (demoted[k] ? TRIAL_SHARE / tried : 0);
    }
    return pi;
  }

  private double[] perArm() {
    double[] pi = unrefuted();
    if (bounds.floorUnsure()) {
      double omega = settings.referenceShare();
      for (int k = 0; k < pi.length; k++) {
        pi[k] *= 1 - omega;
      }
      pi[pi.length - 1] += omega;
    }
    return ledger == null ? pi : asFarAsItPasses(pi);
  }

  /** Towards the strongest as far as the ledger wants it. */
  private double[] asFarAsItPasses(double[] pi) {
    double[] strongest = only(arms.size() - 1);
    return FloorLedger.towards(strongest, pi, share(ledger, strongest, pi, settings.eps()));
  }

  /** Of pi beside the strongest: the largest that passes, and what is explored on a debt. */
  static double share(FloorLedger ledger, double[] strongest, double[] pi, double eps) {
    if (ledger.passes(pi)) {
      return 1;
    }
    double t = ledger.most(strongest, pi);
    double least = Math.min(eps, LEAST_EPS_ON_DEBT);
    return Double.isNaN(t) ? least : Math.max(t, least);
  }

  private double[] unrefuted() {
    List<ArmBelief> usable = new ArrayList<>();
    List<Integer> index = new ArrayList<>();
    int strongest = arms.size() - 1;
    for (int k = 0; k <= strongest; k++) {
      if (k == strongest || !bounds.refuted(k) && !demoted[k]) {
        usable.add(arms.get(k));
        index.add(k);
      }
    }
    if (usable.size() == arms.size()) {
      return thompson.clone();
    }
    double[] within = ConstrainedThompson.uncertainCosts(usable, bounds.floor());
    double[] exploiting = new double[arms.size()];
    for (int i = 0; i < within.length; i++) {
      exploiting[index.get(i)] = within[i];
    }
    return mixed(exploiting, settings.eps());
  }

  private double[] perRole() {
    return ledger == null ? byLowerBounds() : byLedger();
  }

  private double[] byLedger() {
    double least = Math.min(settings.eps0(), LEAST_EPS_ON_DEBT);
    double[] pi = ledger.cheapest(cost, exploitable(), thompson, settings.eps0());
    if (pi == null) {
      pi = ledger.cheapest(cost, exploitable(), thompson, least);
    }
    return pi == null ? mixed(only(arms.size() - 1), least) : pi;
  }

  private double[] byLowerBounds() {
    double f = bounds.floor();
    double maxL = maxLower();
    double explored = dot(thompson, bounds.lower());
    double eps = roleEps();
    double g = (f - eps * explored) / (1 - eps);
    if (maxL >= f) {
      g = Math.min(g, maxL);
    }
    double[] lp = TwoArmProgram.cheapest(bounds.lower(), cost, exploitable(), g);
    return mixed(lp == null ? only(arms.size() - 1) : lp, eps);
  }

  private double[] withinBudget(double budget) {
    double eps = settings.scope() == FloorScope.ROLE ? roleEps() : settings.eps();
    double left = (budget - eps * dot(thompson, cost)) / (1 - eps);
    double[] lp = TwoArmProgram.best(bounds.lower(), cost, exploitable(), left);
    return mixed(lp == null ? only(cheapest()) : lp, eps);
  }

  private double roleEps() {
    double maxL = maxLower();
    double d = maxL - dot(thompson, bounds.lower());
    return eps(settings.eps0(), d, maxL - bounds.floor());
  }

  /**
   * eps of the role scope.
   *
   * @param d what exploration loses
   * @param room max L less the floor
   */
  static double eps(double eps0, double d, double room) {
    // eps0 is the policy's and has the last word where it is below the least share.
    return d <= 0 ? eps0 : Math.min(eps0, Math.max(LEAST_EPS, room / d));
  }

  boolean[] exploitable() {
    boolean[] exploitable = new boolean[demoted.length];
    for (int k = 0; k < demoted.length; k++) {
      exploitable[k] = !demoted[k];
    }
    return exploitable;
  }

  ArmBounds bounds() {
    return bounds;
  }

  double[] costs() {
    return cost;
  }

  double[] thompson() {
    return thompson;
  }

  /** Over the arms that may exploit: what a demoted arm promises cannot be drawn on. */
  private double maxLower() {
    double max = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < demoted.length; k++) {
      max = demoted[k] ? max : Math.max(max, bounds.lower()[k]);
    }
    return max;
  }

  private int cheapest() {
    int cheapest = arms.size() - 1;
    for (int k = cheapest - 1; k >= 0; k--) {
      cheapest = !demoted[k] && cost[k] <= cost[cheapest] ? k : cheapest;
    }
    return cheapest;
  }

  double[] only(int arm) {
    double[] pi = new double[arms.size()];
    pi[arm] = 1;
    return pi;
  }

  double[] mixed(double[] exploiting, double eps) {
    double[] pi = new double[exploiting.length];
    for (int k = 0; k < pi.length; k++) {
      pi[k] = (1 - eps) * exploiting[k] + eps * thompson[k];
    }
    return pi;
  }

  FloorSolution solution(double[] pi, int preset) {
    if (preset < -1 || preset >= pi.length) {
      throw new IllegalArgumentException(
          "presetIndex must name an eligible arm or be -1: " + preset);
    }
    double rho = settings.holdoutShare().of(dot(pi, cost), cost[pi.length - 1]);
    double kappa = preset < 0 ? 0 : settings.controlShare();
    double[] propensity = new double[pi.length];
    for (int k = 0; k < pi.length; k++) {
      propensity[k] = (1 - rho - kappa) * pi[k];
    }
    propensity[pi.length - 1] += rho;
    if (preset >= 0) {
      propensity[preset] += kappa;
    }
    return new FloorSolution(status, bounds, thompson, pi, propensity, rho, kappa);
  }

  static double dot(double[] u, double[] v) {
    double sum = 0;
    for (int k = 0; k < u.length; k++) {
      sum += u[k] * v[k];
    }
    return sum;
  }
}
