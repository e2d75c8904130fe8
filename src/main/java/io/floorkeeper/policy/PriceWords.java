package io.floorkeeper.policy;

import io.floorkeeper.pricing.Price;
import io.floorkeeper.pricing.Rates;
import java.util.ArrayList;
import java.util.List;

/** What a policy says of a price, as people read it. */
final class PriceWords {
  private PriceWords() {}

  static List<String> changed(PriceRule was, PriceRule now) {
    List<String> parts = new ArrayList<>();
    if (!of(was).equals(of(now))) {
      parts.add("price " + of(was) + " -> " + of(now));
    }
    if (!was.serviceTiers().equals(now.serviceTiers())) {
      parts.add(
          "service_tiers " + Words.of(was.serviceTiers()) + " -> " + Words.of(now.serviceTiers()));
    }
    return parts;
  }

  static String of(PriceRule rule) {
    if (rule.own().isPresent()) {
      return of(rule.own().get());
    }
    if (rule.fixed().isPresent()) {
      return "fixed, USD " + Words.of(rule.fixed().get().monthlyUsd()) + " a month";
    }
    return rule.catalogue()
        .map(reference -> "as " + reference + " of the catalogue")
        .orElse("the catalogue's, else unpriced");
  }

  private static String of(Price price) {
    StringBuilder words = new StringBuilder("USD per million ").append(of(price.base()));
    for (Price.Tier tier : price.tiers()) {
      words
          .append("; above ")
          .append(tier.aboveInputTokens())
          .append(" input tokens ")
          .append(of(tier.rates()));
    }
    return words.toString();
  }

  private static String of(Rates rates) {
    return "in "
        + Words.of(rates.inputUsdPerMillion())
        + " (cache read "
        + Words.of(rates.cacheReadUsdPerMillion())
        + ", write "
        + Words.of(rates.cacheWriteUsdPerMillion())
        + "), out "
        + Words.of(rates.outputUsdPerMillion())
        + (rates.reasoningUsdPerMillion().compareTo(rates.outputUsdPerMillion()) == 0
            ? ""
            : " (reasoning " + Words.of(rates.reasoningUsdPerMillion()) + ")")
        + (rates.usdPerThousandCalls().signum() == 0
            ? ""
            : ", per thousand calls " + Words.of(rates.usdPerThousandCalls()));
  }
}
