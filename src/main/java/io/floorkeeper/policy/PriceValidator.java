package io.floorkeeper.policy;

import io.floorkeeper.pricing.Catalogue;
import io.floorkeeper.pricing.CatalogueModel;
import io.floorkeeper.pricing.NearNames;
import io.floorkeeper.pricing.Price;
import io.floorkeeper.pricing.Rates;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** What prices must be. */
public final class PriceValidator {
  private static final BigDecimal DEAREST = BigDecimal.valueOf(1_000_000);
  private static final BigDecimal LARGEST_FACTOR = BigDecimal.valueOf(100);
  private static final long LONGEST_INPUT = 1_000_000_000;
  private static final int MOST_SUGGESTED = 3;

  private final Findings findings;

  PriceValidator(Findings findings) {
    this.findings = findings;
  }

  void model(Model model, String path) {
    PriceRule rule = model.pricing();
    rule.own().ifPresent(price -> price(price, path + ".price"));
    rule.fixed()
        .ifPresent(
            fixed -> {
              check(
                  fixed.monthlyUsd().signum() >= 0,
                  path + ".fixed.monthly_usd",
                  "a cost is 0 or above");
              check(
                  model.capacity().map(c -> c.monthlyUsd().signum() == 0).orElse(true),
                  path + ".capacity.monthly_usd",
                  "fixed says already what the month costs; leave one of them out");
            });
    rule.serviceTiers()
        .forEach(
            (tier, factor) ->
                check(
                    factor.signum() > 0 && factor.compareTo(LARGEST_FACTOR) <= 0,
                    Names.path(path + ".service_tiers", tier),
                    "a factor is above 0 and at most 100: 0.5 where the tier costs half"));
  }

  private void price(Price price, String path) {
    rates(price.base(), path);
    long before = -1;
    for (int t = 0; t < price.tiers().size(); t++) {
      Price.Tier tier = price.tiers().get(t);
      String at = Names.path(path + ".tiers", t);
      check(
          tier.aboveInputTokens() > before
              && tier.aboveInputTokens() > 0
              && tier.aboveInputTokens() <= LONGEST_INPUT,
          at + ".above_input_tokens",
          "above 0, at most " + LONGEST_INPUT + ", and above the tier before it");
      before = tier.aboveInputTokens();
      rates(tier.rates(), at);
    }
  }

  private void rates(Rates rates, String path) {
    usd(rates.inputUsdPerMillion(), path + ".input_usd_per_million");
    usd(rates.outputUsdPerMillion(), path + ".output_usd_per_million");
    usd(rates.cacheReadUsdPerMillion(), path + ".cache_read_usd_per_million");
    usd(rates.cacheWriteUsdPerMillion(), path + ".cache_write_usd_per_million");
    usd(rates.reasoningUsdPerMillion(), path + ".reasoning_usd_per_million");
    check(
        isPrice(rates.usdPerThousandCalls()),
        path + ".usd_per_thousand_calls",
        "a price is between 0 and 1000000 dollars per thousand calls");
  }

  private void usd(BigDecimal usd, String path) {
    check(isPrice(usd), path, "a price is between 0 and 1000000 dollars per million tokens");
  }

  private static boolean isPrice(BigDecimal usd) {
    return usd.signum() >= 0 && usd.compareTo(DEAREST) <= 0;
  }

  private void check(boolean holds, String path, String message) {
    if (!holds) {
      findings.add(path, message);
    }
  }

  /**
   * The models that a policy refers to and the catalogue does not have, each with what it may have
   * meant. Asked when a policy is published, never of one that is in force: a catalogue that loses
   * a model leaves it unpriced, which shows.
   *
   * @throws InvalidPolicyException with all of them
   */
  public static void requireKnown(Policy policy, Catalogue catalogue) {
    Findings findings = new Findings();
    List<String> known = new ArrayList<>();
    for (int t = 0; t < policy.tiers().size(); t++) {
      List<Model> models = policy.tiers().get(t).models();
      for (int m = 0; m < models.size(); m++) {
        String reference = models.get(m).pricing().catalogue().orElse(null);
        if (reference == null || catalogue.referred(reference).isPresent()) {
          continue;
        }
        if (known.isEmpty()) {
          catalogue.models().stream().map(CatalogueModel::reference).forEach(known::add);
        }
        findings.add(
            Names.path(Names.path("tiers", t) + ".models", m) + ".catalogue",
            message(reference, known));
      }
    }
    findings.throwIfAny();
  }

  private static String message(String reference, List<String> known) {
    if (known.isEmpty()) {
      return "no catalogue is loaded here (floorkeeper.prices.file); say a price, or load one";
    }
    List<String> near = NearNames.of(reference, known, MOST_SUGGESTED);
    return "the catalogue has no '"
        + Names.shortened(reference)
        + "'"
        + (near.isEmpty() ? "" : "; did you mean '" + near.get(0) + "'?")
        + (near.size() < 2 ? "" : " or " + String.join(" or ", near.subList(1, near.size())) + "?");
  }
}
