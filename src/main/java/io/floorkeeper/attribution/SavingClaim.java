package io.floorkeeper.attribution;

import io.floorkeeper.bandit.CertifiedSaving;
import io.floorkeeper.bandit.ReferenceCost;
import java.util.OptionalDouble;

/**
 * The certified saving of a role against "every task on the strongest candidate": 1 - R/(N*L),
 * signed ({@link CertifiedSaving}).
 *
 * <p>R and N are over the tasks that L speaks of, first draws. What is not known stands against the
 * claim: R has every dollar that is known, N only the tasks of which all are, and in L the others
 * cost nothing, so that an arm whose dollars get lost makes the reference no dearer.
 *
 * <p>L bounds the mean of all first draws, each draw of the reference weighed by the inverse of its
 * logged propensity ({@link ReferenceCost}): it holds however that varies by time, bucket or
 * eligibility mask, the adapting holdout ({@link io.floorkeeper.bandit.HoldoutShare}) included.
 * Tasks for which the strongest candidate was not eligible count as if it cost nothing for them,
 * which understates the saving.
 *
 * @param tasks N
 * @param unpriced first draws of which some dollars are unknown: not in N
 * @param spentUsd R, the holdout included, and external classifiers for all of the role's decisions
 * @param referenceDraws draws of the strongest candidate with known dollars, held out or not
 * @param referenceUsd L, dollars per task; empty below {@link ReferenceCost#LEAST_DRAWS} of them
 * @param saving empty where L is, or is 0
 */
record SavingClaim(
    long tasks,
    long unpriced,
    double spentUsd,
    long referenceDraws,
    OptionalDouble referenceUsd,
    OptionalDouble saving) {

  /**
   * The claim.
   *
   * @param reference of all first draws
   * @param alpha the claim exceeds the truth with this probability at most
   */
  static SavingClaim of(
      double spentUsd, long tasks, long unpriced, ReferenceCost reference, double alpha) {
    return new SavingClaim(
        tasks,
        unpriced,
        spentUsd,
        reference.draws(),
        reference.lowerBoundUsd(alpha),
        CertifiedSaving.ofRole(new CertifiedSaving.Role(spentUsd, tasks, reference), alpha));
  }
}
