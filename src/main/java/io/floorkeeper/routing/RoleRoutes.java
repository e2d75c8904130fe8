package io.floorkeeper.routing;

import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.ArmStanding;
import io.floorkeeper.posterior.RaisedAlarm;
import java.util.List;

/**
 * All that routing needs of one role, computed off the hot path. Immutable.
 *
 * @param calls routed calls of the role that the evidence behind it holds
 * @param allocations the common mask's first, then those that requests asked for
 * @param standings of arms that an alarm was about
 * @param alarms the role's latest, newest first
 * @param learning whether the bandit answers: the strategy learns, learning is on, and the role has
 *     gathered the traces that the policy asks for
 * @param context how its requests are told apart; null: they are not
 * @param slot of the bucket that these are the routes of; -1: of the role as a whole
 * @param bySlot the routes of each bucket; empty where {@code slot} is one
 */
record RoleRoutes(
    int roleNo,
    RolePolicy policy,
    List<ArmView> arms,
    long calls,
    long epoch,
    int block,
    int labelCode,
    boolean cold,
    boolean learning,
    boolean shadow,
    List<ArmStanding> standings,
    List<RaisedAlarm> alarms,
    List<MaskAllocation> allocations,
    ContextRoutes context,
    int slot,
    List<RoleRoutes> bySlot) {

  /** What answers a request: the routes of its bucket, or of the role where it has no context. */
  RoleRoutes within(RouteRequest request) {
    return context == null ? this : bySlot.get(context.slot(request));
  }

  /** The number of the bucket that these are the routes of; 0: of no bucket. */
  int bucket() {
    return slot < 0 ? 0 : context.buckets().get(slot).bucketNo();
  }

  /**
   * The step of a task's budget that the allocations were made for; 0: it binds none of them. With
   * policy version and epoch it settles them all.
   */
  int pace() {
    for (int i = 0; i < allocations.size(); i++) {
      if (allocations.get(i).isPaced()) {
        return allocations.get(i).pace();
      }
    }
    return 0;
  }

  /** Whether these are the routes of a bucket, and not the role's under its number. */
  boolean byContext() {
    return slot >= 0 && context.verdict().inForce();
  }

  /** What an answer says of its context; null where the role has none. */
  RouteAnswer.Context told() {
    return slot < 0 ? null : context.buckets().get(slot).told();
  }

  /** The same role with other arms and allocations, for one of its buckets. */
  RoleRoutes ofSlot(
      int itsSlot, ContextRoutes itsContext, List<ArmView> itsArms, List<MaskAllocation> its) {
    return told(itsArms, its, itsContext, itsSlot, List.of());
  }

  /** The same role, told apart, and what is then known of it as a whole. */
  RoleRoutes with(
      ContextRoutes itsContext,
      List<ArmView> itsArms,
      List<MaskAllocation> its,
      List<RoleRoutes> routesBySlot) {
    return told(itsArms, its, itsContext, -1, List.copyOf(routesBySlot));
  }

  private RoleRoutes told(
      List<ArmView> itsArms,
      List<MaskAllocation> its,
      ContextRoutes itsContext,
      int itsSlot,
      List<RoleRoutes> routesBySlot) {
    return new RoleRoutes(
        roleNo,
        policy,
        itsArms,
        calls,
        epoch,
        block,
        labelCode,
        cold,
        learning,
        shadow,
        standings,
        alarms,
        its,
        itsContext,
        itsSlot,
        routesBySlot);
  }

  long fullMask() {
    return arms.size() == Long.SIZE ? -1L : (1L << arms.size()) - 1;
  }

  /** The place among the candidates of the arm with this number, or -1. */
  int candidate(int armNo) {
    for (int k = 0; k < arms.size(); k++) {
      if (arms.get(k).armNo() == armNo) {
        return k;
      }
    }
    return -1;
  }

  /** The place of an arm among the candidates, or -1. */
  int candidate(Arm arm) {
    for (int k = 0; k < arms.size(); k++) {
      if (arms.get(k).arm().key().equals(arm.key())) {
        return k;
      }
    }
    return -1;
  }

  /** The routes of the bucket with this number, or these, the role's. */
  RoleRoutes ofBucket(int bucketNo) {
    for (RoleRoutes ofSlot : bySlot) {
      if (bucketNo != 0 && ofSlot.bucket() == bucketNo) {
        return ofSlot;
      }
    }
    return this;
  }

  /** The allocation for exactly this mask, or null. */
  MaskAllocation allocation(long mask) {
    for (int i = 0; i < allocations.size(); i++) {
      MaskAllocation allocation = allocations.get(i);
      if (allocation.mask() == mask) {
        return allocation;
      }
    }
    return null;
  }

  /**
   * The arm of a mask that has no allocation yet: the cheapest that is proven, else the strongest.
   */
  int withoutAllocation(long mask) {
    int cheapest = -1;
    for (int k = 0; k < arms.size(); k++) {
      if ((mask & 1L << k) != 0
          && isProven(mask, k)
          && (cheapest < 0 || costUsd(k) < costUsd(cheapest))) {
        cheapest = k;
      }
    }
    return cheapest >= 0 ? cheapest : Long.SIZE - 1 - Long.numberOfLeadingZeros(mask);
  }

  /**
   * Whether a candidate keeps the floor beyond doubt: by the allocation of the mask, else by that
   * of all arms, whose reference is no weaker.
   */
  boolean isProven(long mask, int candidate) {
    MaskAllocation own = allocation(mask);
    MaskAllocation allocation = own != null ? own : allocations.get(0);
    int position = allocation.positionOf(candidate);
    FloorSolution solution = allocation.solution();
    // Against the floor of last resort anything may be proven: it is not the policy's.
    return position >= 0
        && !solution.isFallback()
        && !allocation.demoted().contains(position)
        && solution.proven(position);
  }

  private double costUsd(int candidate) {
    return arms.get(candidate).belief().cost().meanUsd();
  }
}
