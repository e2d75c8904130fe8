package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.CostCeiling;
import io.floorkeeper.policy.Pin;
import io.floorkeeper.policy.Pins;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.posterior.RoleSpend;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which arms a task may climb to. Pure.
 *
 * <p>Pins bind as in {@link Eligibility} (no data class: the strictest), and closer: tags that are
 * not repeated are those of every pin. And whatever is said now, all pins stay that may have bound
 * the task before, as far as its id tells them apart ({@link PinMarks}): what is said can close, it
 * never opens.
 *
 * <p>What the request itself allows ({@code min_tier, max_cost_usd, max_latency_ms}) is kept, and
 * where nothing is left nothing is climbed to: there is an answer already, so nothing has to bend.
 * The policy's ceilings, of a call and of what is spent, are kept under {@code cost_first}; under
 * {@code quality_first} a failed check is worth more than they are, and the answer says that one
 * was passed.
 */
final class ClimbLimits {
  private static final String PINS_OF_DECISION = "pins_of_decision";
  private static final String UNREPEATED_TAGS = "unrepeated_tags";

  private final RouteRequest request;
  private final RoleRoutes routes;
  private final Policy policy;
  private final Caller caller;
  private final AllocationSnapshot snapshot;
  private final DecisionId decided;
  private final List<String> constraints = new ArrayList<>();
  private long open;
  private long well;
  private boolean recordedFirst;
  private int pinFlags;

  private ClimbLimits(
      RouteRequest request,
      Caller caller,
      RoleRoutes routes,
      AllocationSnapshot snapshot,
      DecisionId decided) {
    this.request = request;
    this.caller = caller;
    this.routes = routes;
    this.snapshot = snapshot;
    this.decided = decided;
    this.policy = snapshot.published().policy();
  }

  /**
   * The limits of one request.
   *
   * @param decided what it goes on with
   * @throws Problem.Unprocessable {@code pin_unmet} where the pins leave no candidate
   * @throws Problem.BadRequest where {@code min_tier} is no tier of the policy
   */
  static ClimbLimits of(
      RouteRequest request,
      Caller caller,
      RoleRoutes routes,
      AllocationSnapshot snapshot,
      DecisionId decided,
      long nowMillis) {
    ClimbLimits limits = new ClimbLimits(request, caller, routes, snapshot, decided);
    limits.pins();
    limits.narrow();
    limits.spent(snapshot.spend(routes.policy()), nowMillis);
    limits.well = snapshot.gates(routes).begun(limits.open);
    if (limits.well != limits.open) {
      limits.constraints.add("health");
    }
    if (decided.policyVersion() != snapshot.published().version()) {
      limits.constraints.add("policy_changed");
    }
    return limits;
  }

  /** Bit k: candidate k may be climbed to. */
  long open() {
    return open;
  }

  /** Those of them whose models are not ill, where any is. */
  long well() {
    return well;
  }

  /** Whether one of the pins that bind wants the record to be safe before the answer. */
  boolean recordedFirst() {
    return recordedFirst;
  }

  /** What the id of a climb says of the pins that bound it. */
  int pinFlags() {
    return pinFlags;
  }

  /** What narrowed it. */
  List<String> constraints() {
    return constraints;
  }

  /** The policy's ceilings that this candidate does not keep. */
  List<String> passedCeilings(int candidate) {
    List<String> passed = new ArrayList<>();
    long bit = 1L << candidate;
    if (Eligibility.withinLatency(ceilingMillis(), routes, bit) == 0) {
      passed.add("latency_ceiling_passed");
    }
    if (Eligibility.withinCost(ceilingUsd(), routes, bit) == 0) {
      passed.add("cost_ceiling_passed");
    }
    return passed;
  }

  private void pins() {
    open = Eligibility.pinned(request, caller, routes, policy);
    if (open != routes.fullMask()) {
      constraints.addAll(Eligibility.pins(request, caller, routes, policy));
    }
    recordedFirst = Eligibility.isRecordedFirst(request, caller, routes, policy);
    pinFlags = PinMarks.said(request, caller, routes, snapshot, decided.policyVersion());
    if (request.tags() == null) { // as if it had those that each pin wants
      String dataClass = Eligibility.dataClass(request, caller);
      boolean strictest = Pins.isStrictest(policy, dataClass);
      bind(
          UNREPEATED_TAGS,
          pin ->
              Pins.binds(
                  pin,
                  strictest,
                  request.role(),
                  routes.policy().name(),
                  caller.tenant(),
                  dataClass,
                  pin.tags()));
    }
    boolean changed = decided.policyVersion() != snapshot.published().version();
    int candidate = changed ? -1 : Continuation.candidate(routes, decided, snapshot);
    bind(
        PINS_OF_DECISION,
        pin -> PinMarks.mayHaveBound(pin, decided, candidate, caller, routes, snapshot));
  }

  private void bind(String told, Predicate<Pin> binds) {
    long before = open;
    for (int i = 0; i < policy.pins().size(); i++) {
      Pin pin = policy.pins().get(i);
      if (binds.test(pin)) {
        open &= Eligibility.allowed(pin, routes.arms());
        recordedFirst |= pin.auditRequired();
        pinFlags |= PinMarks.flags(pin, caller, routes, snapshot, decided.policyVersion());
      }
    }
    if (open != before) {
      constraints.add(told);
    }
  }

  private void narrow() {
    keep("min_tier", Eligibility.atLeastMinTier(request, policy, routes.arms(), open));
    double millis =
        request.maxLatencyMs() == null ? Double.POSITIVE_INFINITY : request.maxLatencyMs();
    double usd = request.maxCostUsd() == null ? Double.POSITIVE_INFINITY : request.maxCostUsd();
    if (policy.precedence() == Policy.Precedence.COST_FIRST) {
      millis = Math.min(millis, ceilingMillis());
      usd = Math.min(usd, ceilingUsd());
    }
    keep("latency", Eligibility.withinLatency(millis, routes, open));
    keep("ceiling", Eligibility.withinCost(usd, routes, open));
  }

  /** What the role may spend in a day or run: it bars a climb where costs come first. */
  private void spent(RoleSpend spend, long nowMillis) {
    int reached = SpendCeilings.reached(routes.policy(), spend, request.runId(), nowMillis);
    if ((reached & SpendCeilings.DAY) != 0) {
      constraints.add("ceiling_day");
    }
    if ((reached & SpendCeilings.RUN) != 0) {
      constraints.add("ceiling_run");
    }
    if (reached != 0
        && policy.precedence() == Policy.Precedence.COST_FIRST
        && routes.policy().ceiling().action() != CostCeiling.Action.ALERT) {
      open = 0;
    }
  }

  private void keep(String constraint, long kept) {
    if (kept != open) {
      constraints.add(constraint);
    }
    open = kept;
  }

  private double ceilingMillis() {
    CostCeiling ceiling = routes.policy().ceiling();
    return ceiling.p95Latency().isPresent()
        ? ceiling.p95Latency().get().toMillis()
        : Double.POSITIVE_INFINITY;
  }

  private double ceilingUsd() {
    CostCeiling ceiling = routes.policy().ceiling();
    return ceiling.costUsdPerCall().isPresent()
        ? ceiling.costUsdPerCall().get().doubleValue()
        : Double.POSITIVE_INFINITY;
  }
}
