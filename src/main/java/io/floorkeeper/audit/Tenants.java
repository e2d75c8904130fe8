package io.floorkeeper.audit;

import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.platform.Caller;

/** Whose a decision was. */
final class Tenants {
  private Tenants() {}

  static String of(DecisionRecord decision) {
    return decision.tenant() == null ? Caller.DEFAULT_TENANT : decision.tenant();
  }
}
