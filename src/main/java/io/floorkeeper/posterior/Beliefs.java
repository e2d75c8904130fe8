package io.floorkeeper.posterior;

import io.floorkeeper.bandit.BetaPosterior;
import io.floorkeeper.bandit.BlockEvidence;
import io.floorkeeper.bandit.DiscountedEvidence;
import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.EscalationLadder;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.policy.RolePolicy;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntPredicate;

/** Policy and evidence to what is believed of a role's candidates. Pure. */
public final class Beliefs {
  /** n0: what a prior mean is worth, in labels. */
  public static final double PRIOR_WEIGHT = 4;

  private Beliefs() {}

  /**
   * What counts today of a candidate's evidence, all buckets together, under the ladder that the
   * policy has now.
   */
  public static DiscountedEvidence sums(
      Numbers numbers, RolePolicy role, RoleEvidence evidence, int candidate) {
    return sums(numbers, role, evidence, candidate, bucket -> true);
  }

  /** The same in some buckets. */
  public static DiscountedEvidence sums(
      Numbers numbers,
      RolePolicy role,
      RoleEvidence evidence,
      int candidate,
      IntPredicate buckets) {
    return DiscountedEvidence.of(
        blocks(numbers, role, evidence, candidate, buckets),
        evidence.calls(),
        role.halfLifeCalls());
  }

  private static List<BlockEvidence> blocks(
      Numbers numbers,
      RolePolicy role,
      RoleEvidence evidence,
      int candidate,
      IntPredicate buckets) {
    Arm arm = role.candidates().get(candidate);
    return evidence.blocks(numbers.armNo(arm), EscalationLadder.above(arm, role).digest(), buckets);
  }

  /** The posterior of a candidate's delivered quality. */
  public static BetaPosterior quality(RolePolicy role, int candidate, DiscountedEvidence sums) {
    return sums.quality(role.priorMeans().get(candidate), PRIOR_WEIGHT);
  }

  /**
   * Labels that a candidate has gathered since a block was opened, that block included; none of
   * them forgotten.
   */
  public static long labelsSince(
      Numbers numbers, RolePolicy role, RoleEvidence evidence, int candidate, int block) {
    return blocks(numbers, role, evidence, candidate, bucket -> true).stream()
        .filter(b -> b.block() >= block)
        .mapToLong(b -> b.sums().labels())
        .sum();
  }

  /**
   * The floor that a role is held to: the policy's, or its share of what the strongest candidate is
   * believed to deliver. Empty where the policy has none.
   */
  public static OptionalDouble floor(Numbers numbers, RolePolicy role, RoleEvidence evidence) {
    if (role.floor().isEmpty()) {
      return OptionalDouble.empty();
    }
    QualityFloor floor = role.floor().get();
    if (floor.kind() == QualityFloor.Kind.ABSOLUTE) {
      return OptionalDouble.of(floor.value());
    }
    int reference = role.candidates().size() - 1;
    return OptionalDouble.of(
        floor.value() * quality(role, reference, sums(numbers, role, evidence, reference)).mean());
  }
}
