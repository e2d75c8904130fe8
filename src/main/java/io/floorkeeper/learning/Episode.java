package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.posterior.EvidenceKey;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one first decision started: the task's calls, retries, tool loops and escalations. Immutable
 * and pure; calls may be added in any order with the same result, and it counts with the same label
 * whatever the order in which judgements came.
 *
 * <p>Its label is, of these, the first that there is: its own (the latest judgement of a call, or
 * of the whole pass of a rung; 0 after a last call that failed, where errors count so); its share
 * of what its session was judged; the policy's default, once the reward wait is over.
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
 * @param flags that the decision ids of all its calls carry: what a continuation adds goes where
 *     the first decision's own call is seen
 * @param sessionHash of the session that its calls name; of several the least
 * @param ladder digest of the ladder that it climbs; 0: it never left its first rung
 * @param first the calls of rung 0
 * @param all every call
 * @param credit its share of what its session was judged
 * @param defaultMicros the quality that the policy takes it for, 1e-6; empty: its wait is not over,
 *     or there is no default
 * @param watched whether the detectors have taken its first label
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
    Chain all,
    Optional<Label> credit,
    OptionalInt defaultMicros,
    boolean watched) {

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
        Chain.NONE,
        Optional.empty(),
        OptionalInt.empty(),
        false);
  }

  /**
   * With one more call.
   *
   * @param ladderDigest of the ladder that a call of a higher rung climbed; not read on rung 0
   * @throws ArithmeticException where its dollars fit into no long any more
   */
  Episode plus(EpisodeCall call, int ladderDigest) {
    return with(
        flags,
        sessionHash,
        call.isClimbed() ? ladderDigest : ladder,
        call.isClimbed() ? first : first.plus(call),
        all.plus(call));
  }

  /** With a call that counts no more, or at another cost. */
  Episode corrected(EpisodeCorrection correction) {
    Chain nowFirst = correction.rung() > 0 ? first : first.corrected(correction);
    Chain nowAll = all.corrected(correction);
    boolean climbed = nowAll.calls() > nowFirst.calls();
    return with(flags, sessionHash, climbed ? ladder : 0, nowFirst, climbed ? nowAll : nowFirst);
  }

  /** With the latest calls of its chains. */
  Episode withLatest(LatestCalls.Latest ofFirst, LatestCalls.Latest ofAll) {
    return with(
        flags,
        sessionHash,
        ladder,
        ofFirst == null ? first : first.withLatest(ofFirst.rank(), ofFirst.error()),
        ofAll == null ? all : all.withLatest(ofAll.rank(), ofAll.error()));
  }

  /** With what the decision id and the span of one more call say of the task. */
  Episode seen(int flagsOfCall, OptionalLong sessionOfCall) {
    OptionalLong session =
        sessionHash.isPresent() && sessionOfCall.isPresent()
            ? OptionalLong.of(Math.min(sessionHash.getAsLong(), sessionOfCall.getAsLong()))
            : sessionHash.isPresent() ? sessionHash : sessionOfCall;
    return with(flags & flagsOfCall, session, ladder, first, all);
  }

  /**
   * With the latest labels that its judgements give.
   *
   * @param ofFirst of the first pass
   * @param ofAll of the whole chain
   */
  Episode withLabels(Optional<Chain.RankedLabel> ofFirst, Optional<Chain.RankedLabel> ofAll) {
    return with(flags, sessionHash, ladder, first.withLabel(ofFirst), all.withLabel(ofAll));
  }

  /** With another share of its session's judgement. */
  Episode withCredit(Optional<Label> another) {
    return new Episode(
        root,
        startKey,
        flags,
        sessionHash,
        decidedAt,
        errorsCountAsZero,
        ladder,
        first,
        all,
        another,
        defaultMicros,
        watched);
  }

  /** With its reward wait over. */
  Episode withDefault(int micros) {
    return new Episode(
        root,
        startKey,
        flags,
        sessionHash,
        decidedAt,
        errorsCountAsZero,
        ladder,
        first,
        all,
        credit,
        OptionalInt.of(micros),
        watched);
  }

  /** With its first label taken by the detectors, where it has one of its own. */
  Episode asWatched() {
    return new Episode(
        root,
        startKey,
        flags,
        sessionHash,
        decidedAt,
        errorsCountAsZero,
        ladder,
        first,
        all,
        credit,
        defaultMicros,
        watched || ownLabel().isPresent());
  }

  private Episode with(
      int otherFlags, OptionalLong otherSession, int otherLadder, Chain otherFirst, Chain other) {
    return new Episode(
        root,
        startKey,
        otherFlags,
        otherSession,
        decidedAt,
        errorsCountAsZero,
        otherLadder,
        otherFirst,
        other,
        credit,
        defaultMicros,
        watched);
  }

  /** Whether somebody was asked to judge it. */
  boolean isAsked() {
    return has(DecisionId.BASE_LABEL) || has(DecisionId.BOOSTED_LABEL);
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The label that it has by itself; empty: nobody has judged it. */
  Optional<Label> ownLabel() {
    return all.deliveredLabel(errorsCountAsZero);
  }

  /** The label that it counts with; empty: none. */
  Optional<Label> deliveredLabel() {
    return ownLabel()
        .or(() -> credit)
        .or(
            () ->
                defaultMicros.isPresent()
                    ? Optional.of(new Label(Label.WHOLE, defaultMicros.getAsInt()))
                    : Optional.empty());
  }

  /**
   * What it adds to the evidence of the arm that started it, by key; nothing for a part without
   * change. A session's share and a default judge what was delivered: where the task has climbed,
   * they say nothing of its first pass.
   */
  SortedMap<EvidenceKey, Evidence> contribution() {
    TreeMap<EvidenceKey, Evidence> parts = new TreeMap<>();
    if (all.calls() == 0 && first.calls() == 0) {
      return parts;
    }
    Evidence whole = all.evidence(deliveredLabel());
    Evidence firstPass =
        ladder == 0 ? whole : first.evidence(first.deliveredLabel(errorsCountAsZero));
    if (!firstPass.isZero()) {
      parts.put(startKey, firstPass);
    }
    Evidence climbed = ladder == 0 ? Evidence.ZERO : whole.minus(firstPass);
    if (!climbed.isZero()) {
      parts.put(startKey.part(ladder), climbed);
    }
    return parts;
  }
}
