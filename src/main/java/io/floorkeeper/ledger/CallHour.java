package io.floorkeeper.ledger;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Calls of one hour that are alike, added up. Immutable; calls may be added and taken back in any
 * order with the same result.
 *
 * @param tokenCalls that say their tokens
 * @param nanoUsd what those that are priced are booked at, in 1e-9 USD
 * @param unpriced that nobody can price, and {@code unpricedTokens} of theirs
 * @param reportedCalls that report their cost
 * @param labels that a call carried itself
 */
public record CallHour(
    long calls,
    long errors,
    long tokenCalls,
    Tokens tokens,
    long nanoUsd,
    long unpriced,
    long unpricedTokens,
    long reportedCalls,
    long reportedNanoUsd,
    long labels,
    long sumQualityMicros,
    long sumLatencyMillis) {
  public static final CallHour NONE = new CallHour(0, 0, 0, Tokens.NONE, 0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * What makes calls alike.
   *
   * @param hour its first instant, UTC
   * @param model as the call names it, cut; empty: it names none; likewise {@code provider}
   * @param armNo of the arm that ran, where that was the decided one; else 0
   */
  public record Key(
      Instant hour,
      int tenantNo,
      String role,
      String model,
      String provider,
      int armNo,
      Routing routing)
      implements Comparable<Key> {
    /** Characters of a name that are kept: keys of an index cannot be of any length. */
    static final int LONGEST_NAME = 200;

    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::hour)
            .thenComparing(Key::tenantNo)
            .thenComparing(Key::role)
            .thenComparing(Key::model)
            .thenComparing(Key::provider)
            .thenComparing(Key::armNo)
            .thenComparing(Key::routing);

    /**
     * @param followed null: not routed
     */
    public static Key of(
        Instant startedAt,
        int tenantNo,
        String role,
        Optional<String> model,
        Optional<String> provider,
        int armNo,
        Boolean followed) {
      return new Key(
          startedAt.truncatedTo(ChronoUnit.HOURS),
          tenantNo,
          cut(role == null ? CallRepository.UNATTRIBUTED : role),
          cut(model.orElse("")),
          cut(provider.orElse("")),
          armNo,
          followed == null ? Routing.UNROUTED : followed ? Routing.FOLLOWED : Routing.NOT_FOLLOWED);
    }

    /** Characters as PostgreSQL counts them: a pair of surrogates is one. */
    private static String cut(String name) {
      return name.length() <= LONGEST_NAME || name.codePointCount(0, name.length()) <= LONGEST_NAME
          ? name
          : name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME));
    }

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /** Whether a decision was behind it, and whether the decided model ran. */
  public enum Routing {
    FOLLOWED,
    NOT_FOLLOWED,
    UNROUTED
  }

  /** One call. */
  public static CallHour of(
      boolean error,
      Optional<Tokens> tokens,
      OptionalLong bookedNanoUsd,
      OptionalLong reportedNanoUsd,
      OptionalInt qualityMicros,
      long latencyMillis) {
    boolean unpriced = bookedNanoUsd.isEmpty();
    return new CallHour(
        1,
        error ? 1 : 0,
        tokens.isPresent() ? 1 : 0,
        tokens.orElse(Tokens.NONE),
        bookedNanoUsd.orElse(0),
        unpriced ? 1 : 0,
        unpriced ? tokens.map(Tokens::billed).orElse(0L) : 0,
        reportedNanoUsd.isPresent() ? 1 : 0,
        reportedNanoUsd.orElse(0),
        qualityMicros.isPresent() ? 1 : 0,
        qualityMicros.orElse(0),
        latencyMillis);
  }

  /**
   * @throws ArithmeticException where dollars fit into no long any more
   */
  public CallHour plus(CallHour other) {
    return add(other, 1);
  }

  /** Takes calls back. */
  public CallHour minus(CallHour other) {
    return add(other, -1);
  }

  private CallHour add(CallHour other, int sign) {
    return new CallHour(
        calls + sign * other.calls,
        errors + sign * other.errors,
        tokenCalls + sign * other.tokenCalls,
        sign > 0 ? tokens.plus(other.tokens) : tokens.minus(other.tokens),
        Math.addExact(nanoUsd, sign * other.nanoUsd),
        unpriced + sign * other.unpriced,
        unpricedTokens + sign * other.unpricedTokens,
        reportedCalls + sign * other.reportedCalls,
        Math.addExact(reportedNanoUsd, sign * other.reportedNanoUsd),
        labels + sign * other.labels,
        sumQualityMicros + sign * other.sumQualityMicros,
        sumLatencyMillis + sign * other.sumLatencyMillis);
  }
}
