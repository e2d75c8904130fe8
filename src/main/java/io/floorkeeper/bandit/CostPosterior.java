package io.floorkeeper.bandit;

/**
 * The posterior of an arm's arithmetic mean cost per episode, in dollars: lognormal with
 *
 * <pre>
 * E[m] = meanUsd,   v = ln(1 + cv^2/n),   ln m ~ Normal(ln(meanUsd) - v/2, v)
 * </pre>
 *
 * <p>cv is the coefficient of variation of an episode's cost, so cv^2/n is that of the mean of n:
 * the lognormal with the right mean and variance. A normal-inverse-gamma on the logarithm of the
 * cost would not do: its E[exp(mu + s2/2)] diverges, and on a mixture with long agentic runs its
 * mean is far too low.
 *
 * @param meanUsd E[m], not negative; 0 is a local arm, first in the order of cost
 * @param logMean mean of ln m; minus infinity where meanUsd is 0
 * @param logSd standard deviation of ln m; 0 is a point mass
 */
public record CostPosterior(double meanUsd, double logMean, double logSd) {

  /** What the catalogue's price for the role's usual tokens is worth, in episodes. */
  public static final double PRIOR_EPISODES = 4;

  /** Coefficient of variation taken before dollars are seen: as wide as the mean itself. */
  public static final double PRIOR_CV = 1;

  public CostPosterior {
    requireCost("meanUsd", meanUsd);
    if (!(logSd >= 0 && logSd < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("logSd must be finite and not negative: " + logSd);
    }
    if (meanUsd == 0
        ? logMean != Double.NEGATIVE_INFINITY || logSd != 0
        : !Double.isFinite(logMean)) {
      throw new IllegalArgumentException(
          "logMean must be finite, or minus infinity with logSd 0 where meanUsd is 0: " + logMean);
    }
  }

  /**
   * @param meanUsd mean cost of an episode
   * @param cv coefficient of variation of an episode's cost
   * @param n episodes that the mean rests on, positive
   * @throws IllegalArgumentException naming the parameter that is out of range
   */
  public static CostPosterior of(double meanUsd, double cv, double n) {
    requireCost("meanUsd", meanUsd);
    if (!(n > 0)) {
      throw new IllegalArgumentException("n must be positive: " + n);
    }
    if (meanUsd == 0) {
      return exactly(0); // whose coefficient of variation is no number
    }
    requireCost("cv", cv);
    double v = Math.log1p(cv * cv / n);
    return new CostPosterior(meanUsd, Math.log(meanUsd) - v / 2, Math.sqrt(v));
  }

  /** A cost that is known: a point mass. */
  public static CostPosterior exactly(double usd) {
    return new CostPosterior(usd, Math.log(usd), 0);
  }

  /**
   * What was observed, on a prior worth {@link #PRIOR_EPISODES} = n0 episodes of {@link #PRIOR_CV}
   * = cv0:
   *
   * <pre>
   * meanUsd = (n0*prior + n*observed)/(n0 + n)
   * cv^2    = (n0*cv0^2 + n*observedCv^2)/(n0 + n)
   * </pre>
   *
   * @param priorMeanUsd the catalogue's price for the role's usual tokens
   * @param observedMeanUsd mean cost of the episodes seen; not read where episodes is 0
   * @param observedCv coefficient of variation of their dollars; NaN where no dollars were seen
   * @param episodes n, discounted, not negative
   * @throws IllegalArgumentException naming the parameter that is out of range
   */
  public static CostPosterior blended(
      double priorMeanUsd, double observedMeanUsd, double observedCv, double episodes) {
    requireCost("priorMeanUsd", priorMeanUsd);
    requireCost("episodes", episodes);
    if (episodes == 0) {
      return of(priorMeanUsd, PRIOR_CV, PRIOR_EPISODES);
    }
    requireCost("observedMeanUsd", observedMeanUsd);
    double n = PRIOR_EPISODES + episodes;
    double mean = (PRIOR_EPISODES * priorMeanUsd + episodes * observedMeanUsd) / n;
    double cv = Double.isNaN(observedCv) ? PRIOR_CV : observedCv;
    double cv2 = (PRIOR_EPISODES * PRIOR_CV * PRIOR_CV + episodes * cv * cv) / n;
    return of(mean, Math.sqrt(cv2), n);
  }

  private static void requireCost(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " must be finite and not negative: " + value);
    }
  }

  /**
   * The dollars below which the mean lies with probability p.
   *
   * @throws IllegalArgumentException if p is outside (0, 1)
   */
  public double quantile(double p) {
    if (!(p > 0 && p < 1)) {
      throw new IllegalArgumentException("p must lie in (0, 1): " + p);
    }
    return logSd == 0 ? meanUsd : Math.exp(logMean + logSd * Normal.quantile(p));
  }
}
