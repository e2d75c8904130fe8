package io.floorkeeper.learning;

import io.floorkeeper.ledger.DivergenceRepository;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How far what spans report to have cost is from what the price says. It changes nothing: a call is
 * booked at the price. But where the two differ, one of them is wrong, and somebody has to look.
 */
@ApplicationScoped
class PriceDivergence {
  private static final BigInteger HUNDRED = BigInteger.valueOf(100);

  private final DivergenceRepository repository;
  private final DistributionSummary ratios;
  private final Counter beyond;

  PriceDivergence(DivergenceRepository repository, MeterRegistry meters) {
    this.repository = repository;
    this.ratios =
        DistributionSummary.builder("floorkeeper.prices.reported.ratio")
            .description("Reported dollars of a call over those by its price")
            .publishPercentiles(.05, .5, .95)
            .register(meters);
    this.beyond =
        Counter.builder("floorkeeper.prices.divergent")
            .description("Calls whose reported dollars are more than 1 % off their price")
            .register(meters);
  }

  /** Of calls that were never seen before. */
  void count(Connection connection, List<JudgedCall> fresh) throws SQLException {
    TreeMap<DivergenceRepository.Key, DivergenceRepository.Sums> sums = new TreeMap<>();
    for (JudgedCall judged : fresh) {
      OptionalLong reported = judged.attributed().call().reportedNanoUsd();
      Long priced = judged.row().catalogueNanoUsd();
      if (priced == null || reported.isEmpty() || judged.quote().isEmpty()) {
        continue;
      }
      boolean apart = isBeyond(priced, reported.getAsLong());
      sums.merge(
          new DivergenceRepository.Key(
              judged.quote().get().provider(), judged.quote().get().model()),
          new DivergenceRepository.Sums(
              1,
              apart ? 1 : 0,
              BigInteger.valueOf(priced),
              BigInteger.valueOf(reported.getAsLong())),
          DivergenceRepository.Sums::plus);
      if (priced > 0) {
        ratios.record((double) reported.getAsLong() / priced);
      }
      if (apart) {
        beyond.increment();
      }
    }
    repository.add(connection, sums);
  }

  /** By more than 1 % of the price, in exact numbers. */
  static boolean isBeyond(long pricedNanoUsd, long reportedNanoUsd) {
    BigInteger priced = BigInteger.valueOf(pricedNanoUsd);
    return BigInteger.valueOf(reportedNanoUsd)
            .subtract(priced)
            .abs()
            .multiply(HUNDRED)
            .compareTo(priced)
        > 0;
  }
}
