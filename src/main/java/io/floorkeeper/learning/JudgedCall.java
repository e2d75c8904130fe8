package io.floorkeeper.learning;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.CallHour;
import io.floorkeeper.ledger.CallRepository;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.policy.Tariff;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A call and all that the policy says of it.
 *
 * @param nanoUsd what it is booked at, empty: unpriced
 * @param rung of the ladder that it was made on; empty: the first pass, or a rung that is none
 * @param quote by which its tokens were priced; empty: nobody knows a price, or it names no tokens
 */
record JudgedCall(
    AttributedCall attributed,
    CallRepository.Row row,
    Optional<RolePolicy> role,
    OptionalLong nanoUsd,
    Optional<Label> label,
    Optional<LadderBook.Rung> rung,
    Optional<Tariff.Quote> quote) {

  /** Whether it ran where it was decided to: only then does it say anything of the decision. */
  boolean teaches() {
    return attributed.decision().isPresent() && Boolean.TRUE.equals(row.followed());
  }

  DecisionId decision() {
    return attributed.decision().orElseThrow();
  }

  /** The number of the arm that ran it. */
  int ranOn() {
    return rung.map(LadderBook.Rung::armNo).orElse(decision().armNo());
  }

  CallHour.Key hourKey() {
    Call call = attributed.call();
    return CallHour.Key.of(
        call.startedAt(),
        row.tenantNo(),
        row.role(),
        call.model(),
        call.provider(),
        row.armNo(),
        row.followed());
  }

  CallHour hour() {
    Call call = attributed.call();
    return CallHour.of(
        call.error(),
        call.tokens(),
        nanoUsd,
        call.reportedNanoUsd(),
        label.map(l -> OptionalInt.of(l.qualityMicros())).orElse(OptionalInt.empty()),
        call.latencyMillis());
  }

  EpisodeCall ofEpisode() {
    return EpisodeCall.of(attributed.call(), decision(), nanoUsd, label);
  }
}
