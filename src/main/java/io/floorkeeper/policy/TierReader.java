package io.floorkeeper.policy;

import io.floorkeeper.pricing.Price;
import io.floorkeeper.pricing.Rates;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Reads {@code tiers}. */
final class TierReader {
  private TierReader() {}

  static List<Tier> read(Section document) {
    return document.sections("tiers", Shape.TIER).stream().map(TierReader::tier).toList();
  }

  private static Tier tier(Section tier) {
    tier.required("models");
    Tier read =
        new Tier(
            tier.requiredText("name"),
            tier.sections("models", Shape.MODEL).stream().map(TierReader::model).toList());
    tier.allRead();
    return read;
  }

  private static Model model(Section model) {
    Model read =
        new Model(
            model.requiredText("name"),
            model.requiredText("provider"),
            model.texts("aliases").orElse(List.of()),
            pricing(model),
            model.number("weight", 1),
            model.section("capacity", Shape.CAPACITY).map(TierReader::capacity));
    model.allRead();
    return read;
  }

  private static PriceRule pricing(Section model) {
    for (String other : List.of("catalogue", "fixed")) {
      if (model.has("price") && model.has(other)
          || other.equals("fixed") && model.has("fixed") && model.has("catalogue")) {
        model.refuse(other, "one of price, catalogue and fixed says what a model costs");
      }
    }
    return new PriceRule(
        model.section("price", Shape.PRICE).map(TierReader::price),
        model.text("catalogue"),
        model.section("fixed", Shape.FIXED).map(TierReader::fixed),
        new TreeMap<>(model.numbersByName("service_tiers")));
  }

  private static PriceRule.FixedCost fixed(Section fixed) {
    PriceRule.FixedCost read = new PriceRule.FixedCost(fixed.requiredNumber("monthly_usd"));
    fixed.allRead();
    return read;
  }

  private static Capacity capacity(Section capacity) {
    capacity.required("calls_per_minute");
    Capacity read =
        new Capacity(
            capacity.number("calls_per_minute", 1),
            capacity.number("monthly_usd").orElse(BigDecimal.ZERO));
    capacity.allRead();
    return read;
  }

  private static Price price(Section price) {
    Rates base = rates(price);
    List<Price.Tier> tiers = new ArrayList<>();
    for (Section tier : price.sections("tiers", Shape.PRICE_TIER)) {
      BigDecimal above = tier.requiredNumber("above_input_tokens");
      tiers.add(new Price.Tier(above.max(BigDecimal.ZERO).longValue(), rates(tier)));
      tier.allRead();
    }
    price.allRead();
    return new Price(base, tiers);
  }

  /**
   * Cache prices that are left out are the input price: cached reads then cost more than they will
   * be billed, and a saving that is understated harms nobody. Whoever pays a premium for cache
   * writes has to say so: there is no price above input that would be safe to assume.
   */
  private static Rates rates(Section price) {
    BigDecimal input = price.requiredNumber("input_usd_per_million");
    Optional<BigDecimal> cacheRead = price.number("cache_read_usd_per_million");
    Optional<BigDecimal> cacheWrite = price.number("cache_write_usd_per_million");
    BigDecimal output = price.requiredNumber("output_usd_per_million");
    return new Rates(
        input,
        cacheRead.orElse(input),
        cacheWrite.orElse(input),
        output,
        price.number("reasoning_usd_per_million").orElse(output),
        price.number("usd_per_thousand_calls").orElse(BigDecimal.ZERO));
  }
}
