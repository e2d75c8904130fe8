package io.floorkeeper.pricing;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the prices of one model. What it says nothing of costs what its kind costs else: reading
 * from the cache and writing to it as input, reasoning as output, and output, where a model says
 * input only (embeddings, and completions of old), as input.
 */
final class PriceNodes {
  private static final Set<String> READ =
      Set.of(
          "input_mtok",
          "cache_read_mtok",
          "cache_write_mtok",
          "cache_write_5m_mtok",
          "output_mtok",
          "output_reasoning_mtok",
          "requests_kcount");
  private static final BigDecimal DEAREST = BigDecimal.valueOf(1_000_000);
  private static final int FINEST = 30;

  private final String path;
  private final CatalogueFindings findings;
  private final Set<String> unread = new TreeSet<>();

  PriceNodes(String path, CatalogueFindings findings) {
    this.path = path;
    this.findings = findings;
  }

  /** Kinds of price that were there and are of no use: no span tells how much was used of them. */
  List<String> unread() {
    return List.copyOf(unread);
  }

  /** One object of prices, or a list of them with conditions. */
  PriceSchedule schedule(JsonNode node) {
    List<PriceSchedule.Dated> prices = new ArrayList<>();
    if (node.isObject()) {
      price(node).ifPresent(p -> prices.add(new PriceSchedule.Dated(always(), p)));
    } else if (node.isArray() && !node.isEmpty()) {
      for (JsonNode one : node) {
        one.fieldNames()
            .forEachRemaining(
                key -> {
                  if (!key.equals("constraint") && !key.equals("prices")) {
                    refuse("this version does not know the key '" + key + "' of a price");
                  }
                });
        PriceSchedule.When when = when(one.path("constraint"));
        price(one.path("prices")).ifPresent(p -> prices.add(new PriceSchedule.Dated(when, p)));
      }
    } else if (!node.isMissingNode()) {
      refuse("prices: an object, or a list of objects with conditions, is expected");
    }
    return new PriceSchedule(prices);
  }

  private static PriceSchedule.When always() {
    return new PriceSchedule.Always();
  }

  private PriceSchedule.When when(JsonNode constraint) {
    if (constraint.isMissingNode() || constraint.isNull()) {
      return always();
    }
    try {
      if (constraint.size() == 1 && constraint.has("start_date")) {
        return new PriceSchedule.From(LocalDate.parse(constraint.get("start_date").asText()));
      }
      if (constraint.size() == 2 && constraint.has("start_time") && constraint.has("end_time")) {
        return new PriceSchedule.Daily(
            OffsetTime.parse(constraint.get("start_time").asText()),
            OffsetTime.parse(constraint.get("end_time").asText()));
      }
    } catch (DateTimeException e) {
      refuse("constraint: is no date, or no time with its zone");
      return always();
    }
    refuse("constraint: start_date, or start_time and end_time, is expected");
    return always();
  }

  /** Empty where nothing is said of text: the model is listed, and unpriced. */
  private Optional<Price> price(JsonNode prices) {
    if (!prices.isObject()) {
      refuse("prices: an object is expected");
      return Optional.empty();
    }
    TreeSet<Long> starts = new TreeSet<>();
    for (Map.Entry<String, JsonNode> price : prices.properties()) {
      if (READ.contains(price.getKey())) {
        tiers(price.getValue(), price.getKey()).forEach(tier -> starts.add(start(tier)));
      } else {
        unread.add(price.getKey());
        check(price.getValue(), price.getKey());
      }
    }
    if (!prices.has("input_mtok") && !prices.has("output_mtok")) {
      return Optional.empty();
    }
    List<Price.Tier> tiers =
        starts.stream().map(start -> new Price.Tier(start, rates(prices, start))).toList();
    return Optional.of(new Price(rates(prices, -1), tiers));
  }

  private Rates rates(JsonNode prices, long start) {
    BigDecimal output = usd(prices, "output_mtok", start, null);
    BigDecimal input = usd(prices, "input_mtok", start, output);
    BigDecimal out = output == null ? input : output;
    BigDecimal write = usd(prices, "cache_write_5m_mtok", start, input);
    return new Rates(
        input,
        usd(prices, "cache_read_mtok", start, input),
        usd(prices, "cache_write_mtok", start, write),
        out,
        usd(prices, "output_reasoning_mtok", start, out),
        usd(prices, "requests_kcount", start, BigDecimal.ZERO));
  }

  /** The price of a kind at a tier: that of its own highest tier that starts no later. */
  private BigDecimal usd(JsonNode prices, String key, long start, BigDecimal otherwise) {
    JsonNode node = prices.path(key);
    if (node.isMissingNode()) {
      return otherwise;
    }
    BigDecimal usd = number(node.isObject() ? node.path("base") : node, key);
    long highest = -1;
    for (JsonNode tier : tiers(node, key)) {
      long starts = start(tier);
      if (starts <= start && starts > highest) {
        highest = starts;
        usd = number(tier.path("price"), key);
      }
    }
    return usd;
  }

  private List<JsonNode> tiers(JsonNode node, String key) {
    List<JsonNode> tiers = new ArrayList<>();
    if (node.isObject()) {
      if (node.size() != 2 || !node.path("tiers").isArray() || !node.has("base")) {
        refuse(key + ": a number, or base and tiers, is expected");
      }
      node.path("tiers").forEach(tiers::add);
    }
    return tiers;
  }

  private long start(JsonNode tier) {
    JsonNode start = tier.path("start");
    if (tier.size() != 2 || !isCount(start) || start.asLong() < 0) {
      refuse("a tier has a start of 0 tokens or more, and a price");
      return Long.MAX_VALUE;
    }
    return start.asLong();
  }

  private static boolean isCount(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong();
  }

  private void check(JsonNode node, String key) {
    number(node.isObject() ? node.path("base") : node, key);
    tiers(node, key).forEach(tier -> number(tier.path("price"), key));
  }

  private BigDecimal number(JsonNode node, String key) {
    BigDecimal number = node.isNumber() ? node.decimalValue() : null;
    if (number == null
        || number.signum() < 0
        || number.compareTo(DEAREST) > 0
        || number.stripTrailingZeros().scale() > FINEST) {
      refuse(key + ": a price between 0 and " + DEAREST.toPlainString() + " dollars is expected");
      return BigDecimal.ZERO;
    }
    return number;
  }

  private void refuse(String message) {
    findings.add(path, message);
  }
}
