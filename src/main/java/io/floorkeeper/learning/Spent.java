package io.floorkeeper.learning;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.StoredCall;
import io.floorkeeper.posterior.SpendRepository.Amount;
import java.time.LocalDate;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a call that came has spent, or, below zero, one that is taken back had.
 *
 * @param roleNo whose spend it is; 0: nobody's
 * @param root of the task that it is part of; empty: it was not routed
 */
record Spent(LocalDate day, long startMillis, int roleNo, Optional<byte[]> root, Amount amount) {

  /**
   * @param sign 1: it comes; -1: it is taken back
   */
  static Spent of(StoredCall call, int sign) {
    return new Spent(
        call.key().day(),
        call.startedAt().toEpochMilli(),
        call.countedRoleNo(),
        Optional.ofNullable(call.decisionId()).map(DecisionId::rootOf),
        amount(call.bookedNanoUsd(), sign));
  }

  private static Amount amount(OptionalLong nanoUsd, int sign) {
    return new Amount(sign * nanoUsd.orElse(0), sign, nanoUsd.isPresent() ? 0 : sign);
  }
}
