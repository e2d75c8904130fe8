package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.posterior.EvidenceKey;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one first decision started: the task's calls, retries, tool loops and escalations. Immutable
 * and pure; calls may be added in any order with the same result.
 *
 * <p>Its dollars are those of all its calls, its quality is the DELIVERED one, and both belong to
 * the arm that started it: that is what the user pays and receives. What its first pass alone gave
 * is kept beside it, because a first pass stays true when the ladder above it changes:
 *
 * <pre>
 * part 0                   the first pass
 * part of the ladder       the whole chain less the first pass
 * part {@value EvidenceKey#CLIMBED}                  each call of a higher rung, under the arm that ran it
 * </pre>
 *
 * @param root the 33 bytes of the decision id that the episode's ids share
 * @param startKey role, bucket, starting arm and block: the key of part 0
 * @param flags of the decision id that its first seen call carried
 * @param sessionHash of the session that this call named
 * @param ladder digest of the ladder that it climbs; 0: it never left its first rung
 * @param first the calls of rung 0
 * @param all every call
 */
record Episode(
    byte[] root,
    EvidenceKey startKey,
    int flags,
    OptionalLong sessionHash,
    Instant decidedAt,
    boolean errorsCountAsZero,
    int ladder,
    Chain first,
    Chain all) {

  /** An episode of which no call has been seen. */
  static Episode opened(DecisionId decision, OptionalLong sessionHash, boolean errorsCountAsZero) {
    return new Episode(
        decision.root(),
        new EvidenceKey(
            decision.roleNo(),
            decision.bucket(),
            decision.armNo(),
            decision.block(),
            EvidenceKey.FIRST_PASS),
        decision.flags(),
        sessionHash,
        Instant.ofEpochMilli(decision.epochMillis()),
        errorsCountAsZero,
        0,
        Chain.NONE,
        Chain.NONE);
  }

  /**
   * With one more call.
   *
   * @param ladderDigest of the ladder that a call of a higher rung climbed; not read on rung 0
   * @throws ArithmeticException where its dollars fit into no long any more
   */
  Episode plus(EpisodeCall call, int ladderDigest) {
    return new Episode(
        root,
        startKey,
        flags,
        sessionHash,
        decidedAt,
        errorsCountAsZero,
        call.isClimbed() ? ladderDigest : ladder,
        call.isClimbed() ? first : first.plus(call),
        all.plus(call));
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The label of the whole episode; empty: nobody has judged it. */
  Optional<Label> deliveredLabel() {
    return all.deliveredLabel(errorsCountAsZero);
  }

  /**
   * What it adds to the evidence of the arm that started it, by key; nothing for a part without
   * change.
   */
  SortedMap<EvidenceKey, Evidence> contribution() {
    TreeMap<EvidenceKey, Evidence> parts = new TreeMap<>();
    Evidence firstPass = first.evidence(errorsCountAsZero);
    if (!firstPass.isZero()) {
      parts.put(startKey, firstPass);
    }
    Evidence climbed = all.evidence(errorsCountAsZero).minus(firstPass);
    if (!climbed.isZero()) {
      parts.put(startKey.part(ladder), climbed);
    }
    return parts;
  }
}
