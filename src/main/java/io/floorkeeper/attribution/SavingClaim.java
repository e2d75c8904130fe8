package io.floorkeeper.attribution;

import io.floorkeeper.bandit.CertifiedSaving;
import io.floorkeeper.bandit.HoldoutCost;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The certified saving of a role against "every task on the strongest arm that it left eligible": 1
 * - R/(N*L), signed ({@link CertifiedSaving}).
 *
 * <p>R and N are over the tasks that L speaks of, first draws. What is not known stands against the
 * claim: R has every dollar that is known, N only the tasks of which all are.
 *
 * <p>L is the mean of the tasks that were held out. Where the share adapts ({@link
 * io.floorkeeper.bandit.HoldoutShare}), times and eligibility masks of a cheap reference are held
 * out a little more: L then speaks of a mix that costs less than all tasks would, which understates
 * the saving where the share fell as the reference grew dearer, and would overstate it where it
 * fell for another reason while the reference grew cheaper. {@code since} a moment of settled
 * traffic answers that.
 *
 * @param tasks N
 * @param unpriced first draws of which some dollars are unknown: not in N
 * @param spentUsd R, the holdout included
 * @param referenceUsd L, dollars per task; empty below {@link HoldoutCost#LEAST_SAMPLES} samples
 * @param saving empty where L is, or is 0
 */
record SavingClaim(
    long tasks,
    long unpriced,
    double spentUsd,
    long holdoutSamples,
    OptionalDouble referenceUsd,
    OptionalDouble saving) {

  /**
   * The claim.
   *
   * @param holdoutUsd dollars of the holdout's first draws
   * @param alpha the claim exceeds the truth with this probability at most, at all looks together
   */
  static SavingClaim of(
      double spentUsd, long tasks, long unpriced, List<Double> holdoutUsd, double alpha) {
    // The grid lies best around the samples' own mean. Looking is allowed: HoldoutCost's L is below
    // that of the samples without any grid, which needs no expectation, wherever the grid lies.
    double meanUsd = holdoutUsd.stream().mapToDouble(usd -> usd).average().orElse(1);
    HoldoutCost holdout = HoldoutCost.around(meanUsd > 0 ? meanUsd : 1);
    holdoutUsd.forEach(holdout::add);
    return new SavingClaim(
        tasks,
        unpriced,
        spentUsd,
        holdoutUsd.size(),
        holdout.lowerBoundUsd(alpha),
        CertifiedSaving.ofRole(new CertifiedSaving.Role(spentUsd, tasks, holdout), alpha));
  }
}
