package io.floorkeeper.ingest;

import io.floorkeeper.learning.CallPrice;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.policy.ModelIndex;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.Tariff;
import io.floorkeeper.pricing.Catalogue;
import java.util.Optional;

/** What calls cost by a policy and a catalogue, as the streams price them. Immutable. */
public final class CallPrices {
  private final ModelIndex models;
  private final Tariff tariff;

  public CallPrices(Policy policy, Catalogue catalogue) {
    this.models = new ModelIndex(policy);
    this.tariff = new Tariff(catalogue);
  }

  Optional<CallPrice> of(Call call) {
    return CallPrice.of(call, models, tariff);
  }
}
