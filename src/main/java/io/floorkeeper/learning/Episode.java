package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.Tokens;
import io.floorkeeper.posterior.EvidenceKey;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * What one first decision started, added up: the task's calls, retries and tool loops. Immutable
 * and pure; calls may be added in any order with the same result.
 *
 * <p>Its dollars are those of all its calls; beyond nine billion of them it refuses the next. Its
 * quality is the DELIVERED one: the label of the latest labelled call; 0 where the very last call
 * failed, no later label stands against that, and the policy counts errors as 0.
 *
 * @param root the 33 bytes of the decision id that the episode's ids share
 * @param evidenceKey where its contribution goes
 * @param lastRank of the latest call: rung, start, span; compared as unsigned bytes; empty array:
 *     no call yet
 */
record Episode(
    byte[] root,
    EvidenceKey evidenceKey,
    boolean errorsCountAsZero,
    int calls,
    Tokens tokens,
    int tokenCalls,
    long nanoUsd,
    int dollarCalls,
    int errors,
    byte[] lastRank,
    boolean lastError,
    Optional<RankedLabel> label) {

  /** A label and the place of its call in the episode. */
  record RankedLabel(byte[] rank, Label label) {}

  /** An episode of which no call has been seen. */
  static Episode opened(DecisionId decision, boolean errorsCountAsZero) {
    return new Episode(
        decision.root(),
        new EvidenceKey(decision.roleNo(), decision.bucket(), decision.armNo(), decision.block()),
        errorsCountAsZero,
        0,
        Tokens.NONE,
        0,
        0,
        0,
        0,
        new byte[0],
        false,
        Optional.empty());
  }

  /**
   * With one more call.
   *
   * @throws ArithmeticException where its dollars fit into no long any more
   */
  Episode plus(EpisodeCall call) {
    boolean latest = Arrays.compareUnsigned(call.rank(), lastRank) > 0;
    Optional<RankedLabel> latestLabel =
        call.label().isPresent()
                && (label.isEmpty() || Arrays.compareUnsigned(call.rank(), label.get().rank()) > 0)
            ? Optional.of(new RankedLabel(call.rank(), call.label().get()))
            : label;
    return new Episode(
        root,
        evidenceKey,
        errorsCountAsZero,
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

  /** The label of the whole episode; empty: nobody has judged it. */
  Optional<Label> deliveredLabel() {
    boolean lastIsLabelled =
        label.isPresent() && Arrays.compareUnsigned(label.get().rank(), lastRank) >= 0;
    if (lastError && errorsCountAsZero && !lastIsLabelled) {
      return Optional.of(new Label(1_000_000, 0));
    }
    return label.map(RankedLabel::label);
  }

  /**
   * What it adds to the evidence, latencies left out (those are of calls, not of episodes). Tokens
   * and dollars count only where every call has them: a partial sum would pass for a cheap episode.
   */
  Evidence contribution() {
    if (calls == 0) {
      return Evidence.ZERO;
    }
    boolean tokensKnown = tokenCalls == calls;
    boolean dollarsKnown = dollarCalls == calls;
    Tokens known = tokensKnown ? tokens : Tokens.NONE;
    BigInteger dollars = dollarsKnown ? BigInteger.valueOf(nanoUsd) : BigInteger.ZERO;
    Optional<Label> delivered = deliveredLabel();
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
