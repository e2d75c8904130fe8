package io.floorkeeper.policy;

import io.floorkeeper.pricing.Price;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * A model that a tier may answer with.
 *
 * @param name the name that the orchestrator calls it by
 * @param provider "anthropic", "openai", "local", ...
 * @param aliases other names under which spans report it (dated names, provider prefixes)
 * @param pricing what the policy says of its price
 * @param price what its tokens cost now: the policy's word, or, once the policy is in force, the
 *     catalogue's; empty: unpriced, a visible gap and never 0
 * @param weight beside the other models of its tier, where the tier is named and nothing is
 *     learned; 0: never then
 * @param capacity of a model of one's own; empty: as many calls as one likes
 */
public record Model(
    String name,
    String provider,
    List<String> aliases,
    PriceRule pricing,
    Optional<Price> price,
    double weight,
    Optional<Capacity> capacity) {

  public Model {
    aliases = List.copyOf(aliases);
  }

  /** As a document says it. */
  Model(
      String name,
      String provider,
      List<String> aliases,
      PriceRule pricing,
      double weight,
      Optional<Capacity> capacity) {
    this(name, provider, aliases, pricing, pricing.said(), weight, capacity);
  }

  /** What it costs per month whether used or not, in USD; 0 where nobody says. */
  public BigDecimal monthlyUsd() {
    return pricing
        .fixed()
        .map(PriceRule.FixedCost::monthlyUsd)
        .orElse(capacity.map(Capacity::monthlyUsd).orElse(BigDecimal.ZERO));
  }

  /** At another price. */
  Model withPrice(Optional<Price> another) {
    return another.equals(price)
        ? this
        : new Model(name, provider, aliases, pricing, another, weight, capacity);
  }
}
