package io.floorkeeper.learning;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.CallRepository;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.StoredCall;
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

  /** Whether it ended in an error that counts as a label of 0 where nobody judges it. */
  boolean failureCounts() {
    return attributed.call().error() && role.map(RolePolicy::errorsCountAsZero).orElse(false);
  }

  /** As it stands in the table. */
  StoredCall asStored() {
    Call call = attributed.call();
    return new StoredCall(
        row.key(),
        call.startedAt(),
        row.tenantNo(),
        row.role() == null ? CallRepository.UNATTRIBUTED : row.role(),
        row.countedRoleNo(),
        call.model(),
        call.provider(),
        call.tokens(),
        row.catalogueNanoUsd() == null
            ? OptionalLong.empty()
            : OptionalLong.of(row.catalogueNanoUsd()),
        call.reportedNanoUsd(),
        nanoUsd,
        row.decisionId(),
        row.followed(),
        row.armNo(),
        call.error(),
        call.latencyMillis(),
        label.map(l -> OptionalInt.of(l.qualityMicros())).orElse(OptionalInt.empty()),
        false,
        false);
  }

  EpisodeCall ofEpisode() {
    return EpisodeCall.of(attributed.call(), decision(), nanoUsd, label);
  }
}
