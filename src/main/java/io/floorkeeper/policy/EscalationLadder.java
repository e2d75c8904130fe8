package io.floorkeeper.policy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The arms that a task of a role climbs when a check finds its first pass wanting.
 *
 * @param rungs from rung 1 on, strongest last: the arms of each of the role's ladder tiers above
 *     the arm that started, those of one tier beside each other: a task takes one of them, the
 *     first that it may
 */
public record EscalationLadder(List<Arm> rungs) {
  /** A decision id has four bits for the rung; arms beyond it are not climbed to. */
  public static final int MOST_RUNGS = 15;

  public EscalationLadder {
    rungs = List.copyOf(rungs);
  }

  /** The ladder above {@code start}. */
  public static EscalationLadder above(Arm start, RolePolicy role) {
    return above(start.tierIndex(), role);
  }

  /** The ladder above a tier, whatever arm of it started. */
  public static EscalationLadder above(int tierIndex, RolePolicy role) {
    List<Arm> rungs = new ArrayList<>();
    for (String tier : role.escalation()) {
      for (Arm arm : role.candidates()) {
        if (arm.tier().equals(tier) && arm.tierIndex() > tierIndex && rungs.size() < MOST_RUNGS) {
          rungs.add(arm);
        }
      }
    }
    return new EscalationLadder(rungs);
  }

  /** The arm of a rung, 1 the first above the start; empty below that and beyond the last. */
  public Optional<Arm> rung(int rung) {
    return rung >= 1 && rung <= rungs.size() ? Optional.of(rungs.get(rung - 1)) : Optional.empty();
  }

  /**
   * What chains that climbed it are kept under: they stand for this ladder alone. 31 bits of
   * SHA-256 over the arms' names, never 0.
   */
  public int digest() {
    String names = String.join("\n", rungs.stream().map(Arm::key).toList());
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(names.getBytes(StandardCharsets.UTF_8));
      return Math.max(1, new BigInteger(hash).intValue() & Integer.MAX_VALUE);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
