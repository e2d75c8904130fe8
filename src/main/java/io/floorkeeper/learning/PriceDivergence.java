package io.floorkeeper.learning;

import io.floorkeeper.ledger.DivergenceRepository;
import io.floorkeeper.ledger.StoredCall;
import io.floorkeeper.policy.Tariff;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
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

  /**
   * Counts a batch's calls, and takes back what no longer counts or was compared with another cost:
   * whatever came first, each response is compared once. The meters only ever go up.
   *
   * @param policy by whose names a call that is taken back was counted
   */
  void count(Connection connection, ResponseTwins.Settled responses, PolicyView policy)
      throws SQLException {
    TreeMap<DivergenceRepository.Key, DivergenceRepository.Sums> sums = new TreeMap<>();
    responses.counting().forEach(call -> add(sums, call.asStored(), call.quote(), 1));
    responses.takenBack().forEach(call -> add(sums, call, quote(call, policy), -1));
    responses
        .recosted()
        .forEach(
            (before, after) -> {
              Optional<Tariff.Quote> quote = quote(before, policy);
              add(sums, before, quote, -1);
              add(sums, after, quote, 1);
            });
    repository.add(connection, sums);
  }

  private static Optional<Tariff.Quote> quote(StoredCall call, PolicyView policy) {
    return policy
        .tariff()
        .quote(
            call.model().flatMap(policy.models()::find),
            call.provider(),
            call.model(),
            call.startedAt());
  }

  private void add(
      TreeMap<DivergenceRepository.Key, DivergenceRepository.Sums> sums,
      StoredCall call,
      Optional<Tariff.Quote> quote,
      int sign) {
    if (call.catalogueNanoUsd().isEmpty() || call.reportedNanoUsd().isEmpty() || quote.isEmpty()) {
      return;
    }
    long priced = call.catalogueNanoUsd().getAsLong();
    long reported = call.reportedNanoUsd().getAsLong();
    boolean apart = isBeyond(priced, reported);
    BigInteger by = BigInteger.valueOf(sign);
    sums.merge(
        new DivergenceRepository.Key(quote.get().provider(), quote.get().model()),
        new DivergenceRepository.Sums(
            sign,
            apart ? sign : 0,
            BigInteger.valueOf(priced).multiply(by),
            BigInteger.valueOf(reported).multiply(by)),
        DivergenceRepository.Sums::plus);
    if (sign > 0 && priced > 0) {
      ratios.record((double) reported / priced);
    }
    if (sign > 0 && apart) {
      beyond.increment();
    }
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
