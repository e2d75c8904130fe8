package io.floorkeeper.pricing;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/**
 * The prices of a model over time.
 *
 * @param prices of those that hold at a moment the last counts; where none does, the first; empty:
 *     the catalogue lists the model and says no price
 */
public record PriceSchedule(List<Dated> prices) {
  public PriceSchedule {
    prices = List.copyOf(prices);
  }

  /** A price and when it holds. */
  public record Dated(When when, Price price) {}

  /** When a price holds. */
  public sealed interface When {
    /** Whether it holds. */
    boolean holds(Instant at);
  }

  /** It does. */
  public record Always() implements When {
    @Override
    public boolean holds(Instant at) {
      return true;
    }
  }

  /** From the start of a day on (UTC). */
  public record From(LocalDate day) implements When {
    @Override
    public boolean holds(Instant at) {
      return !LocalDate.ofInstant(at, ZoneOffset.UTC).isBefore(day);
    }
  }

  /**
   * Every day between two times, the first included; where the second comes first, over midnight.
   */
  public record Daily(OffsetTime start, OffsetTime end) implements When {
    @Override
    public boolean holds(Instant at) {
      long time = secondOfDay(at.atOffset(ZoneOffset.UTC).toOffsetTime());
      long from = secondOfDay(start);
      long to = secondOfDay(end);
      return from <= to ? from <= time && time < to : time >= from || time < to;
    }

    private static long secondOfDay(OffsetTime time) {
      return time.withOffsetSameInstant(ZoneOffset.UTC).toLocalTime().toSecondOfDay();
    }
  }

  /** What is in force at a moment; empty where no price is known at all. */
  public Optional<Price> at(Instant moment) {
    for (int i = prices.size() - 1; i >= 0; i--) {
      if (prices.get(i).when().holds(moment)) {
        return Optional.of(prices.get(i).price());
      }
    }
    return prices.stream().findFirst().map(Dated::price);
  }
}
