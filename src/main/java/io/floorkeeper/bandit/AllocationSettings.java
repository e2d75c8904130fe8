package io.floorkeeper.bandit;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * The knobs of an allocation.
 *
 * @param scope what has to clear the floor
 * @param delta an arm is proven or refuted at its delta- and (1 - delta)-quantiles, in (0, .5)
 * @param eps share of exploration over all arms, per_arm scope, in [0, 1)
 * @param eps0 the most that exploration may take, role scope, in [0, 1)
 * @param holdoutShare rho, the share that is held out on the reference arm, in [0, 1)
 * @param controlShare kappa, the share that goes to the preset arm; rho + kappa &lt; 1
 * @param fallbackRelativeFloor the relative floor where every arm is refuted, in (0, 1]
 * @param referenceShare omega, what the reference gets besides while a relative floor is not known
 *     yet ({@link FloorSolution#isFloorUnsure}), per_arm scope, in [0, 1); 0: nothing
 * @param ledgerConfidence with which a new role's calls, past and to come, keep the floor ({@link
 *     FloorLedger}), in (.5, 1); 0: no ledger is kept
 */
public record AllocationSettings(
    FloorScope scope,
    double delta,
    double eps,
    double eps0,
    HoldoutShare holdoutShare,
    double controlShare,
    double fallbackRelativeFloor,
    double referenceShare,
    double ledgerConfidence) {

  /** omega by default: see the architecture decision record 6. */
  public static final double REFERENCE_SHARE = .20;

  /** Of the ledger by default: see the architecture decision record 10. */
  public static final double LEDGER_CONFIDENCE = .997;

  public AllocationSettings {
    Objects.requireNonNull(scope, "scope");
    require("delta", delta, delta > 0 && delta < .5, "(0, .5)");
    require("eps", eps, eps >= 0 && eps < 1, "[0, 1)");
    require("eps0", eps0, eps0 >= 0 && eps0 < 1, "[0, 1)");
    double rho = holdoutShare.most();
    require("holdoutShare", rho, rho >= 0 && rho < 1, "[0, 1)");
    require(
        "controlShare",
        controlShare,
        controlShare >= 0 && rho + controlShare < 1,
        "[0, 1 - holdoutShare)");
    require(
        "fallbackRelativeFloor",
        fallbackRelativeFloor,
        fallbackRelativeFloor > 0 && fallbackRelativeFloor <= 1,
        "(0, 1]");
    require("referenceShare", referenceShare, referenceShare >= 0 && referenceShare < 1, "[0, 1)");
    require(
        "ledgerConfidence",
        ledgerConfidence,
        ledgerConfidence == 0 || ledgerConfidence > .5 && ledgerConfidence < 1,
        "(.5, 1) or be 0");
  }

  /** With {@link #REFERENCE_SHARE} and {@link #LEDGER_CONFIDENCE}. */
  public AllocationSettings(
      FloorScope scope,
      double delta,
      double eps,
      double eps0,
      HoldoutShare holdoutShare,
      double controlShare,
      double fallbackRelativeFloor) {
    this(
        scope,
        delta,
        eps,
        eps0,
        holdoutShare,
        controlShare,
        fallbackRelativeFloor,
        REFERENCE_SHARE,
        LEDGER_CONFIDENCE);
  }

  private static void require(String name, double value, boolean holds, String range) {
    if (!holds) {
      throw new IllegalArgumentException(name + " must lie in " + range + ": " + value);
    }
  }

  /**
   * Role scope, delta .10, eps .01, eps0 .03, no holdout, no control, fallback .98, omega .20, a
   * ledger at .997.
   */
  public static AllocationSettings defaults() {
    return new AllocationSettings(FloorScope.ROLE, .10, .01, .03, HoldoutShare.NONE, 0, .98);
  }

  /** A copy that can be written. */
  private static final class Draft {
    FloorScope scope;
    double delta;
    double eps;
    double eps0;
    HoldoutShare holdoutShare;
    double controlShare;
    double fallbackRelativeFloor;
    double referenceShare;
    double ledgerConfidence;

    Draft(AllocationSettings of) {
      scope = of.scope;
      delta = of.delta;
      eps = of.eps;
      eps0 = of.eps0;
      holdoutShare = of.holdoutShare;
      controlShare = of.controlShare;
      fallbackRelativeFloor = of.fallbackRelativeFloor;
      referenceShare = of.referenceShare;
      ledgerConfidence = of.ledgerConfidence;
    }

    AllocationSettings settings() {
      return new AllocationSettings(
          scope,
          delta,
          eps,
          eps0,
          holdoutShare,
          controlShare,
          fallbackRelativeFloor,
          referenceShare,
          ledgerConfidence);
    }
  }

  private AllocationSettings with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.settings();
  }

  public AllocationSettings withScope(FloorScope value) {
    return with(draft -> draft.scope = value);
  }

  public AllocationSettings withDelta(double value) {
    return with(draft -> draft.delta = value);
  }

  public AllocationSettings withEps(double value) {
    return with(draft -> draft.eps = value);
  }

  public AllocationSettings withEps0(double value) {
    return with(draft -> draft.eps0 = value);
  }

  public AllocationSettings withHoldoutShare(HoldoutShare value) {
    return with(draft -> draft.holdoutShare = value);
  }

  public AllocationSettings withControlShare(double value) {
    return with(draft -> draft.controlShare = value);
  }

  public AllocationSettings withFallbackRelativeFloor(double value) {
    return with(draft -> draft.fallbackRelativeFloor = value);
  }

  public AllocationSettings withReferenceShare(double value) {
    return with(draft -> draft.referenceShare = value);
  }

  public AllocationSettings withLedgerConfidence(double value) {
    return with(draft -> draft.ledgerConfidence = value);
  }
}
