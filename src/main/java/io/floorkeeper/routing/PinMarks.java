package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.policy.Pin;
import io.floorkeeper.policy.Policy;

/**
 * Which pins have bound a task so far, as far as a decision id has room to say it: three marks.
 * Pure.
 *
 * <p>The pins that can bind a role and tenant are numbered in the policy's order, those that come
 * to the same count once, and number n has mark n mod 3. Up to three are told apart; of more, those
 * that share a mark stand for each other: what is read from marks is always at least what bound.
 * They are of the policy version that the id carries; under another they say nothing.
 */
final class PinMarks {
  private static final int MARKS = 3;

  private PinMarks() {}

  /**
   * The flags of an answer: {@code PINNED} and its marks where a pin that binds what is said
   * narrows the role or wants its record first; else 0.
   *
   * @param rootVersion of the policy under which the task began
   */
  static int said(
      RouteRequest request,
      Caller caller,
      RoleRoutes routes,
      AllocationSnapshot snapshot,
      int rootVersion) {
    Policy policy = snapshot.published().policy();
    int flags = 0;
    for (int i = 0; i < policy.pins().size(); i++) {
      Pin pin = policy.pins().get(i);
      if (Eligibility.binds(pin, request, caller, routes, policy)) {
        flags |= flags(pin, caller, routes, snapshot, rootVersion);
      }
    }
    return flags;
  }

  /** The flags of an answer that this pin binds; 0 where it asks for nothing. */
  static int flags(
      Pin pin, Caller caller, RoleRoutes routes, AllocationSnapshot snapshot, int rootVersion) {
    if (!isFelt(pin, routes)) {
      return 0;
    }
    return DecisionId.PINNED
        | (rootVersion == snapshot.published().version()
            ? mark(pin, caller, routes, snapshot.published().policy())
            : DecisionId.PIN_MARKS);
  }

  /**
   * Whether this pin may have bound the task: it can bind the role and tenant, has a mark of the
   * id's, and allows the model that the task is at. (One that bound it does: it allowed the model
   * of that answer, and every climb since was within it.)
   *
   * @param candidate that the task is at; -1: nobody knows
   */
  static boolean mayHaveBound(
      Pin pin,
      DecisionId id,
      int candidate,
      Caller caller,
      RoleRoutes routes,
      AllocationSnapshot snapshot) {
    if (!id.has(DecisionId.PINNED) || !canBind(pin, caller, routes) || !isFelt(pin, routes)) {
      return false;
    }
    if (id.policyVersion() != snapshot.published().version()) {
      return true;
    }
    return id.has(mark(pin, caller, routes, snapshot.published().policy()))
        && (candidate < 0 || (Eligibility.allowed(pin, routes.arms()) & 1L << candidate) != 0);
  }

  /** Whether some request of this tenant that this role answers is bound by the pin. */
  private static boolean canBind(Pin pin, Caller caller, RoleRoutes routes) {
    return (pin.tenant().isEmpty() || pin.tenant().get().equals(caller.tenant()))
        && (pin.role().isEmpty() || pin.role().get().equals(routes.policy().name()));
  }

  private static boolean isFelt(Pin pin, RoleRoutes routes) {
    return pin.auditRequired() || Eligibility.allowed(pin, routes.arms()) != routes.fullMask();
  }

  private static int mark(Pin pin, Caller caller, RoleRoutes routes, Policy policy) {
    int number = 0;
    for (int i = 0; i < policy.pins().size(); i++) {
      Pin other = policy.pins().get(i);
      if (!canBind(other, caller, routes) || !isFelt(other, routes)) {
        continue;
      }
      if (isSame(other, pin, routes)) {
        break;
      }
      number += isFirst(i, caller, routes, policy) ? 1 : 0;
    }
    return DecisionId.FIRST_PIN_MARK << number % MARKS;
  }

  /** Whether no pin before this one comes to the same. */
  private static boolean isFirst(int index, Caller caller, RoleRoutes routes, Policy policy) {
    for (int i = 0; i < index; i++) {
      if (isSame(policy.pins().get(i), policy.pins().get(index), routes)
          && canBind(policy.pins().get(i), caller, routes)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSame(Pin one, Pin other, RoleRoutes routes) {
    return one.auditRequired() == other.auditRequired()
        && Eligibility.allowed(one, routes.arms()) == Eligibility.allowed(other, routes.arms());
  }
}
