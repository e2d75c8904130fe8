package io.floorkeeper.policy;

import io.floorkeeper.pricing.Price;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the policy says of a model's price. Its own word wins over the catalogue's; where it says
 * nothing, the catalogue is asked by provider and name.
 *
 * @param own per token
 * @param catalogue the catalogue's model that it costs as much as, {@code provider/id}
 * @param fixed of a model that is paid for by the month, and so costs nothing more per call
 * @param serviceTiers by which factor a tier of service changes the price; one that stands not here
 *     is billed as the list says
 */
public record PriceRule(
    Optional<Price> own,
    Optional<String> catalogue,
    Optional<FixedCost> fixed,
    SortedMap<String, BigDecimal> serviceTiers) {

  /** Nothing is said: the catalogue's price, if it has one. */
  public static final PriceRule UNSAID =
      new PriceRule(Optional.empty(), Optional.empty(), Optional.empty(), new TreeMap<>());

  public PriceRule {
    serviceTiers = Collections.unmodifiableSortedMap(new TreeMap<>(lower(serviceTiers)));
  }

  /**
   * A cost that does not depend on use.
   *
   * @param monthlyUsd USD per month
   */
  public record FixedCost(BigDecimal monthlyUsd) {}

  static PriceRule own(Optional<Price> price) {
    return new PriceRule(price, Optional.empty(), Optional.empty(), new TreeMap<>());
  }

  /** What a call costs by the policy's word alone; empty: the catalogue's matter. */
  public Optional<Price> said() {
    return own.or(() -> fixed.map(any -> Price.FREE));
  }

  /** By how much the tier of service that a span names changes the price; 1: not at all. */
  public BigDecimal factor(Optional<String> serviceTier) {
    return serviceTier
        .map(tier -> serviceTiers.get(tier.toLowerCase(Locale.ROOT)))
        .orElse(BigDecimal.ONE);
  }

  private static Map<String, BigDecimal> lower(Map<String, BigDecimal> factors) {
    Map<String, BigDecimal> lower = new TreeMap<>();
    factors.forEach((tier, factor) -> lower.put(tier.toLowerCase(Locale.ROOT), factor));
    return lower;
  }
}
