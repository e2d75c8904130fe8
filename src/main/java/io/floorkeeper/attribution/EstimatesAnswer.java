package io.floorkeeper.attribution;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.floorkeeper.bandit.BernoulliInterval;
import io.floorkeeper.bandit.HoldoutShare;
import io.floorkeeper.bandit.OffPolicyEstimate;
import io.floorkeeper.bandit.ReferenceCost;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The answer of {@code /roles/{role}/estimates}: claims with their errors.
 *
 * @param since as asked; absent: from the beginning
 * @param alpha intervals miss this often (two-sided, as n grows); the saving is above the truth
 *     this often at most, at all looks together
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EstimatesAnswer(
    String role,
    int policyVersion,
    Instant since,
    double alpha,
    Sample sample,
    Labels labels,
    List<Policy> policies,
    Saving certifiedSaving) {

  private static final int LEAST_EFFECTIVE = 30;

  /** Where an interval that holds at all looks is to be nearly the shortest. */
  private static final double TASKS_OF_A_CLAIM = 1_000;

  /** An interval's width that is nothing but that, relative. */
  private static final double ROUNDING = 1e-9;

  /**
   * The decisions behind it.
   *
   * @param unit what counts as one
   * @param firstDraws such units
   * @param repeats later tasks of a session, left out
   * @param notDrawn decisions that the bandit did not draw, or whose draw was not served, left out
   * @param limit so many of the latest decisions are read
   * @param truncated whether there may be older ones
   * @param from when the first of the units was decided
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Sample(
      String unit,
      long firstDraws,
      long repeats,
      long notDrawn,
      int limit,
      boolean truncated,
      Instant from,
      Instant to) {}

  /**
   * Whose judgement the qualities are.
   *
   * @param used base: labels of decisions that were asked at random, at one rate for all arms
   * @param asked first draws that were
   * @param labelled of them have a label
   * @param weighted whether sources declared with which probability they judge; then labels weigh
   *     the inverse, and what was asked and has no label counts as unseen
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Labels(String used, long asked, long labelled, boolean weighted) {}

  /**
   * One policy.
   *
   * @param policy logged (what was in force), preset, uniform_reference (always the strongest
   *     candidate), always (the arm)
   * @param arm tier/model; absent for logged
   * @param costUsd dollars per task
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Policy(String policy, String arm, Estimates quality, Estimates costUsd) {}

  /**
   * One reward under one policy. Either {@code why} or the others.
   *
   * @param drawn first draws that fell as the policy would have it
   * @param n first draws in all
   * @param effectiveN what they are worth in draws of the policy's own
   * @param meanWeight about 1; less where the arm could not be drawn for a part of the time: then
   *     ips is too low, and snips and dr take what it earned for the rest of the tasks
   * @param cressieRead quality only: rewards with bounds. The one to trust where failures are rare
   * @param dr doubly robust, two folds
   * @param anytime of the quality of what was logged, where all labels weigh alike and the window
   *     does not move: the interval that holds at all looks together
   * @param why there is no estimate: the arm was never drawn, or hardly ever in context buckets
   *     with 2 % of the tasks or more ({@code BucketSupport})
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Estimates(
      long drawn,
      Long n,
      Double effectiveN,
      Double meanWeight,
      Interval ips,
      Interval snips,
      Interval cressieRead,
      Interval dr,
      Interval anytime,
      String why) {}

  /**
   * An estimate and its interval. Of a quality all three are cut to [0, 1]: what IPS and DR make of
   * a sample may lie beyond, the truth may not.
   *
   * @param low absent with {@code high}: see {@code why}
   * @param why there is no interval. Normal ones (ips, snips, dr) are of no use below 30 effective
   *     draws; nor is any below 30 draws in all, or without width, as of rewards that are all
   *     alike, or outside of [0, 1]
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Interval(Double value, Double low, Double high, String why) {}

  /**
   * saving = 1 - spent_usd / (tasks * reference_usd_low), signed: against every task on the
   * strongest candidate.
   *
   * @param saving absent: see {@code why}
   * @param tasks N, first draws of which all dollars are known
   * @param unpriced first draws of which some are not: their known dollars are in spent_usd
   * @param spentUsd R, retries, the holdout and external classifiers included
   * @param referenceDraws draws of the strongest candidate with known dollars, held out or not,
   *     from which L is
   * @param referenceUsdLow L, what a task costs on the reference at least, on average over all
   *     first draws: each draw of it weighs the inverse of its propensity
   * @param anytimeValid whether the claim holds at all looks together, as it does while tasks come
   *     with one mean cost: not where the window moves
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Saving(
      Double saving,
      long tasks,
      long unpriced,
      double spentUsd,
      long referenceDraws,
      Double referenceUsdLow,
      boolean anytimeValid,
      String why) {}

  static EstimatesAnswer of(
      PolicyBook.Published published,
      RolePolicy role,
      Instant since,
      double alpha,
      ClaimService.Answer answer) {
    RoleClaims claims = answer.claims();
    RoleClaims.Sample sample = claims.sample();
    boolean some = sample.firstDraws() > 0;
    return new EstimatesAnswer(
        role.name(),
        published.version(),
        since,
        alpha,
        new Sample(
            "first draw of a session, else of a task",
            sample.firstDraws(),
            sample.repeats(),
            sample.notDrawn(),
            ClaimService.MOST_TASKS,
            answer.truncated(),
            some ? Instant.ofEpochMilli(sample.fromMillis()) : null,
            some ? Instant.ofEpochMilli(sample.toMillis()) : null),
        new Labels(
            "base",
            claims.labels().asked(),
            claims.labels().labelled(),
            claims.labels().declared()),
        claims.policies().stream()
            .map(p -> policy(p, !claims.labels().declared() && !answer.truncated(), alpha))
            .toList(),
        saving(claims.saving(), role.holdoutShare(), answer.truncated()));
  }

  /**
   * @param isPlain whether labels weigh alike and the window does not move: then the mean of what
   *     was logged has an interval that holds at all looks together
   */
  static Policy policy(RoleClaims.OfPolicy of, boolean isPlain, double alpha) {
    Optional<Interval> anytime =
        isPlain && of.kind() == RoleClaims.Kind.LOGGED
            ? of.quality().map(q -> anytime(q, alpha))
            : Optional.empty();
    return new Policy(
        of.kind().name().toLowerCase(Locale.ROOT),
        of.arm().orElse(null),
        estimates(
            of.quality(),
            true,
            anytime,
            whyNot(of.arm(), "with a base label", of.qualitySupport())),
        estimates(
            of.usd(),
            false,
            Optional.empty(),
            whyNot(of.arm(), "with known dollars", of.usdSupport())));
  }

  /**
   * Of the average of what the logged tasks could be expected to deliver, however often it is
   * looked at ({@link BernoulliInterval}): what a claim of a kept floor rests on.
   */
  private static Interval anytime(PolicyEstimate logged, double alpha) {
    double mean = Math.max(0, Math.min(1, logged.ips().value()));
    BernoulliInterval interval =
        BernoulliInterval.of(mean * logged.n(), logged.n(), alpha, TASKS_OF_A_CLAIM);
    return new Interval(mean, interval.low(), interval.high(), null);
  }

  /** What there is instead of an estimate. */
  private static Estimates whyNot(Optional<String> arm, String needed, RoleClaims.Support support) {
    String never = arm.map(a -> a + " was never").orElse("nothing was ever") + " drawn " + needed;
    String hardly =
        String.format(
            Locale.ROOT,
            "for %.0f %% of the tasks %s %s was hardly ever drawn: in their context the weights of"
                + " its draws add up to less than half of the tasks",
            100 * support.undrawnShare(),
            needed,
            arm.orElse("it"));
    String why = support.drawn() == 0 ? never : hardly;
    return new Estimates(support.drawn(), null, null, null, null, null, null, null, null, why);
  }

  private static Estimates estimates(
      Optional<PolicyEstimate> estimate,
      boolean ofQuality,
      Optional<Interval> anytime,
      Estimates whyNot) {
    if (estimate.isEmpty()) {
      return whyNot;
    }
    PolicyEstimate e = estimate.get();
    return new Estimates(
        e.drawn(),
        e.n(),
        e.effectiveN(),
        e.meanWeight(),
        normal(e.ips(), ofQuality),
        normal(e.snips(), ofQuality),
        e.cressieRead().map(c -> interval(c, c.n(), ofQuality)).orElse(null),
        e.doublyRobust().map(d -> normal(d, ofQuality)).orElse(null),
        anytime.orElse(null),
        null);
  }

  private static Interval normal(OffPolicyEstimate e, boolean ofQuality) {
    return interval(e, e.effectiveN(), ofQuality);
  }

  /**
   * @param worth how many draws the interval may reckon with
   * @param ofQuality which lies in [0, 1]
   */
  private static Interval interval(OffPolicyEstimate e, double worth, boolean ofQuality) {
    Double value = finite(within(e.value(), ofQuality));
    if (worth < LEAST_EFFECTIVE) {
      return new Interval(value, null, null, "fewer than " + LEAST_EFFECTIVE + " effective draws");
    }
    if (!(e.high() - e.low() > ROUNDING * Math.abs(e.value()))) {
      return new Interval(value, null, null, "all that was drawn is alike");
    }
    double low = within(e.low(), ofQuality);
    double high = within(e.high(), ofQuality);
    return low < high
        ? new Interval(value, finite(low), finite(high), null)
        : new Interval(value, null, null, "it lies outside of [0, 1]: the weights are off");
  }

  private static double within(double value, boolean ofQuality) {
    return ofQuality ? Math.min(1, Math.max(0, value)) : value;
  }

  private static Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static Saving saving(SavingClaim claim, HoldoutShare share, boolean truncated) {
    return new Saving(
        claim.saving().isPresent() ? claim.saving().getAsDouble() : null,
        claim.tasks(),
        claim.unpriced(),
        claim.spentUsd(),
        claim.referenceDraws(),
        claim.referenceUsd().isPresent() ? claim.referenceUsd().getAsDouble() : null,
        !truncated,
        why(claim, share));
  }

  private static String why(SavingClaim claim, HoldoutShare share) {
    if (claim.saving().isPresent()) {
      return null;
    }
    if (claim.referenceUsd().isPresent()) {
      return "the reference's cost is bounded at 0 dollars only: too few draws of it for how much they"
          + " weigh and differ, or it is free";
    }
    String few =
        claim.referenceDraws()
            + " draws of the reference with known dollars; a claim needs "
            + ReferenceCost.LEAST_DRAWS;
    return share.most() > 0
        ? few
        : few + ", and holdout_share is 0: set it to auto, or to a number, to be sure of some";
  }
}
