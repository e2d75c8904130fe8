package io.floorkeeper.learning;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.Pricing;
import io.floorkeeper.policy.Model;
import io.floorkeeper.policy.ModelIndex;
import io.floorkeeper.policy.Tariff;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the tokens of a call cost, and whose price that is.
 *
 * @param nanoUsd 1e-9 USD; empty: it is more than can be counted
 */
public record CallPrice(Tariff.Quote quote, OptionalLong nanoUsd) {

  /**
   * By the policy's word on the model that ran, else by the catalogue's.
   *
   * @return empty: the call tells no tokens, or nobody knows what they cost
   */
  public static Optional<CallPrice> of(Call call, ModelIndex models, Tariff tariff) {
    if (call.tokens().isEmpty()) {
      return Optional.empty();
    }
    Optional<Model> ran = call.model().flatMap(models::find);
    BigDecimal factor =
        ran.map(model -> model.pricing().factor(call.serviceTier())).orElse(BigDecimal.ONE);
    return tariff
        .quote(ran, call.provider(), call.model(), call.startedAt())
        .map(
            quote ->
                new CallPrice(quote, Pricing.nanoUsd(quote.price(), call.tokens().get(), factor)));
  }
}
