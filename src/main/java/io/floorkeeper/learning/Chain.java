package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.StoredCall;
import io.floorkeeper.ledger.Tokens;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * Calls of one episode added up: all of them, or those of its first pass. Immutable; calls may be
 * added in any order with the same result.
 *
 * @param nanoUsd of all calls; beyond nine billion dollars it refuses the next
 * @param lastRank of the latest call: rung, start, span; compared as unsigned bytes; empty array:
 *     no call yet
 */
record Chain(
    int calls,
    Tokens tokens,
    int tokenCalls,
    long nanoUsd,
    int dollarCalls,
    int errors,
    byte[] lastRank,
    boolean lastError,
    Optional<RankedLabel> label) {

  static final Chain NONE =
      new Chain(0, Tokens.NONE, 0, 0, 0, 0, new byte[0], false, Optional.empty());

  /** A label and the place of its call in the episode. */
  record RankedLabel(byte[] rank, Label label) {}

  /**
   * With one more call.
   *
   * @throws ArithmeticException where its dollars fit into no long any more
   */
  Chain plus(EpisodeCall call) {
    boolean latest = Arrays.compareUnsigned(call.rank(), lastRank) > 0;
    Optional<RankedLabel> latestLabel =
        call.label().isPresent()
                && (label.isEmpty() || Arrays.compareUnsigned(call.rank(), label.get().rank()) > 0)
            ? Optional.of(new RankedLabel(call.rank(), call.label().get()))
            : label;
    return new Chain(
        calls + 1,
        call.tokens().map(tokens::plus).orElse(tokens),
        tokenCalls + (call.tokens().isPresent() ? 1 : 0),
        Math.addExact(nanoUsd, call.nanoUsd().orElse(0)),
        dollarCalls + (call.nanoUsd().isPresent() ? 1 : 0),
        errors + (call.error() ? 1 : 0),
        latest ? call.rank() : lastRank,
        latest ? call.error() : lastError,
        latestLabel);
  }

  /**
   * With a call that counts no more, or at another cost. Where that was the latest, which one is it
   * now has to be said: until then none is.
   */
  Chain corrected(EpisodeCorrection correction) {
    StoredCall old = correction.before();
    long newNanoUsd = correction.after().map(c -> c.bookedNanoUsd().orElse(0)).orElse(0L);
    boolean newDollars = correction.after().map(c -> c.bookedNanoUsd().isPresent()).orElse(false);
    long corrected = Math.addExact(nanoUsd, newNanoUsd - old.bookedNanoUsd().orElse(0));
    int dollars = dollarCalls + (newDollars ? 1 : 0) - (old.bookedNanoUsd().isPresent() ? 1 : 0);
    if (!correction.isLost()) {
      return new Chain(
          calls, tokens, tokenCalls, corrected, dollars, errors, lastRank, lastError, label);
    }
    if (calls == 1) {
      return NONE;
    }
    boolean latest = Arrays.equals(lastRank, correction.rank());
    return new Chain(
        calls - 1,
        old.tokens().map(tokens::minus).orElse(tokens),
        tokenCalls - (old.tokens().isPresent() ? 1 : 0),
        corrected,
        dollars,
        errors - (old.error() ? 1 : 0),
        latest ? NONE.lastRank : lastRank,
        !latest && lastError,
        label.filter(l -> !Arrays.equals(l.rank(), correction.rank())));
  }

  /** With another latest call. */
  Chain withLatest(byte[] rank, boolean error) {
    return new Chain(calls, tokens, tokenCalls, nanoUsd, dollarCalls, errors, rank, error, label);
  }

  /** The same with another latest label. */
  Chain withLabel(Optional<RankedLabel> another) {
    return new Chain(
        calls, tokens, tokenCalls, nanoUsd, dollarCalls, errors, lastRank, lastError, another);
  }

  /**
   * What it delivered: the label of its latest labelled call; 0 where the very last call failed, no
   * later label stands against that, and errors count so; empty: nobody has judged it.
   */
  Optional<Label> deliveredLabel(boolean errorsCountAsZero) {
    boolean lastIsLabelled =
        label.isPresent() && Arrays.compareUnsigned(label.get().rank(), lastRank) >= 0;
    if (lastError && errorsCountAsZero && !lastIsLabelled) {
      return Optional.of(new Label(1_000_000, 0));
    }
    return label.map(RankedLabel::label);
  }

  /**
   * What it adds to the evidence as one episode, latencies left out (those are of calls). Tokens
   * and dollars count only where every call has them: a partial sum would pass for a cheap episode.
   *
   * @param delivered the label that it counts with
   */
  Evidence evidence(Optional<Label> delivered) {
    if (calls == 0) {
      return Evidence.ZERO;
    }
    boolean tokensKnown = tokenCalls == calls;
    boolean dollarsKnown = dollarCalls == calls;
    Tokens known = tokensKnown ? tokens : Tokens.NONE;
    BigInteger dollars = dollarsKnown ? BigInteger.valueOf(nanoUsd) : BigInteger.ZERO;
    BigInteger v = BigInteger.valueOf(delivered.map(Label::weightMicros).orElse(0L));
    BigInteger q = BigInteger.valueOf(delivered.map(Label::qualityMicros).orElse(0));
    return new Evidence(
        1,
        delivered.isPresent() ? 1 : 0,
        v,
        v.multiply(v),
        v.multiply(q),
        known.input(),
        known.cacheRead(),
        known.cacheWrite(),
        known.output(),
        known.reasoning(),
        tokensKnown ? 1 : 0,
        dollarsKnown ? 1 : 0,
        dollars,
        dollars.multiply(dollars),
        errors,
        0,
        0);
  }
}
