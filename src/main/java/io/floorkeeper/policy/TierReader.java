package io.floorkeeper.policy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

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
            model.section("price", Shape.PRICE).map(TierReader::price),
            model.number("weight", 1),
            model.section("capacity", Shape.CAPACITY).map(TierReader::capacity));
    model.allRead();
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

  /**
   * Cache prices that are left out are the input price: cached reads then cost more than they will
   * be billed, and a saving that is understated harms nobody. Whoever pays a premium for cache
   * writes has to say so: there is no price above input that would be safe to assume.
   */
  private static Price price(Section price) {
    BigDecimal input = price.requiredNumber("input_usd_per_million");
    Optional<BigDecimal> cacheRead = price.number("cache_read_usd_per_million");
    Optional<BigDecimal> cacheWrite = price.number("cache_write_usd_per_million");
    Price read =
        new Price(
            input,
            cacheRead.orElse(input),
            cacheWrite.orElse(input),
            price.requiredNumber("output_usd_per_million"));
    price.allRead();
    return read;
  }
}
