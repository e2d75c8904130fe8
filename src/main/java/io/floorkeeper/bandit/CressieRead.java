package io.floorkeeper.bandit;

import java.math.BigDecimal;

/**
 * The empirical-likelihood estimate of a candidate policy's mean reward and its confidence
 * interval, with the divergence of Cressie and Read at -2, for which both have a closed form
 * (Karampatziakis, Langford and Mineiro, "Empirical likelihood for contextual bandits", 2020; the
 * figures are those of Vowpal Wabbit's estimators).
 *
 * <p>Weights average 1 in truth, and seldom do in a sample. So one fictitious decision (w0, r0) is
 * added and the N = n + 1 decisions get the probabilities q nearest to 1/N, in chi-squared, under
 * which the weights do average 1. With means, variances and covariances over all N:
 *
 * <pre>
 * q_i = (1 + (1 - E[w]) (w_i - E[w]) / Var[w]) / N        w0 = wMax where sum w &lt; n, else wMin
 * v   = sum_i q_i x_i + max(0, 1 - sum_i q_i w_i) * mean reward            over the n real decisions
 *
 * g(w0) = N (1 - E[w])^2 / Var[w]                         the least divergence, times 2N
 * low   = min over w0 in {wMin, wMax}, r0 = rMin, of  E[x] + s (1 - E[w]) - sqrt((t - g(w0)) (Var[x] - s Cov[w,x]) / N)
 *         s = Cov[w,x] / Var[w]                           the regression of x on w
 *         t = g(w0 of the estimate) + F(1 - alpha; 1, n)  how far the divergence may go
 * high  = the same for -reward, with r0 = rMax
 * </pre>
 *
 * <p>The last root is what remains of a linear function's descent in a ball after both constraints
 * (sum 1, mean weight 1) took their directions out. As w0 goes to infinity the fictitious decision
 * fixes the regression by itself:
 *
 * <pre>
 * g = N/n     s = r0     E[x] + s (1 - E[w]) = r0 + sum (x - r0 w) / n
 * Var[x] - s Cov[w,x] = (sum (x - r0 w)^2 - (sum (x - r0 w))^2 / n) / N
 * </pre>
 *
 * <p>The interval is asymptotic: of a handful of equal rewards it makes a point.
 *
 * @param wMin the smallest weight that there can be, in [0, 1)
 * @param wMax the largest, above 1; infinite where no share is bounded from below
 * @param rMin the smallest reward that there can be
 * @param rMax the largest
 */
public record CressieRead(double wMin, double wMax, double rMin, double rMax) {

  /** For qualities in [0, 1] and weights of which nothing is known. */
  public static final CressieRead QUALITY = new CressieRead(0, Double.POSITIVE_INFINITY, 0, 1);

  public CressieRead {
    if (!(wMin >= 0 && wMin < 1)) {
      throw new IllegalArgumentException("wMin must lie in [0, 1): " + wMin);
    }
    if (!(wMax > 1)) {
      throw new IllegalArgumentException("wMax must be above 1: " + wMax);
    }
    if (!(rMin <= rMax && Double.isFinite(rMin) && Double.isFinite(rMax))) {
      throw new IllegalArgumentException(
          "rMin must be finite and at most rMax: " + rMin + " and " + rMax);
    }
  }

  /**
   * The estimate and its interval, which is cut at rMin and rMax. Weights beyond wMin and wMax
   * widen these.
   *
   * @throws IllegalArgumentException if alpha is outside (0, 1) or a reward outside [rMin, rMax]
   */
  public OffPolicyEstimate estimate(OffPolicySums sums, double alpha) {
    OffPolicyEstimate.requireAlpha(alpha);
    long n = sums.n();
    if (n == 0) {
      return new OffPolicyEstimate(Double.NaN, rMin, rMax, alpha, 0, 0);
    }
    if (sums.minReward() < rMin || sums.maxReward() > rMax) {
      throw new IllegalArgumentException(
          String.format(
              "sums must have rewards in [rMin, rMax] = [%s, %s]: [%s, %s]",
              rMin, rMax, sums.minReward(), sums.maxReward()));
    }
    double smallest = Math.min(wMin, sums.minW());
    double largest = Math.max(wMax, sums.maxW());
    double needed = sums.sumW().compareTo(BigDecimal.valueOf(n)) < 0 ? largest : smallest;
    double reach = Moments.with(needed, 0, sums).divergence() + fisher(alpha, n);
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double w0 : new double[] {smallest, largest}) {
      Moments worst = Moments.with(w0, rMin, sums);
      Moments best = Moments.with(w0, rMax, sums);
      if (worst.divergence() <= reach) {
        low = Math.min(low, worst.centre() - worst.descent(reach));
        high = Math.max(high, best.centre() + best.descent(reach));
      }
    }
    return new OffPolicyEstimate(
        value(sums, needed), within(low), within(high), alpha, n, sums.effectiveN());
  }

  private double within(double value) {
    return Math.min(rMax, Math.max(rMin, value));
  }

  private static double value(OffPolicySums sums, double w0) {
    double n = sums.n();
    double w = sums.sumW().doubleValue();
    double x = sums.sumX().doubleValue();
    double earned;
    double weight;
    if (w0 == Double.POSITIVE_INFINITY) {
      earned = x / n;
      weight = w / n;
    } else {
      Moments all = Moments.with(w0, 0, sums);
      double a = all.meanW();
      double tilt = (1 - a) / all.varW();
      earned = (x + tilt * (sums.sumWX().doubleValue() - a * x)) / (n + 1);
      weight = (w + tilt * (sums.sumW2().doubleValue() - a * w)) / (n + 1);
    }
    return earned + Math.max(0, 1 - weight) * sums.sumReward().doubleValue() / n;
  }

  /**
   * The (1 - alpha)-quantile of Fisher's F with 1 and n degrees of freedom: F/(F + n) is Beta(1/2,
   * n/2), whose quantile is known on the logit scale, ln(F/n).
   */
  static double fisher(double alpha, long n) {
    return n * Math.exp(new LogitBeta(.5, n / 2.).quantile(1 - alpha));
  }

  /**
   * The sample with the fictitious decision.
   *
   * @param divergence g above
   * @param centre the mean of x after the regression on w, where w averages 1
   * @param residual variance of x that the regression leaves
   */
  private record Moments(
      double meanW, double varW, double divergence, double centre, double residual, long size) {

    static Moments with(double w0, double r0, OffPolicySums sums) {
      long n = sums.n();
      BigDecimal r = new BigDecimal(r0);
      if (w0 == Double.POSITIVE_INFINITY) {
        BigDecimal y = sums.sumX().subtract(r.multiply(sums.sumW()));
        BigDecimal y2 =
            sums.sumX2()
                .subtract(r.multiply(sums.sumWX()).multiply(BigDecimal.valueOf(2)))
                .add(r.pow(2).multiply(sums.sumW2()));
        double residual = spread(n, y2, y, y) / n / (n + 1);
        return new Moments(w0, w0, (n + 1.) / n, r0 + y.doubleValue() / n, residual, n + 1);
      }
      BigDecimal fake = new BigDecimal(w0);
      BigDecimal w = sums.sumW().add(fake);
      BigDecimal x = sums.sumX().add(fake.multiply(r));
      BigDecimal w2 = fake.pow(2);
      double size = n + 1.;
      double varW = spread(n + 1, sums.sumW2().add(w2), w, w) / size / size;
      double cov = spread(n + 1, sums.sumWX().add(w2.multiply(r)), w, x) / size / size;
      double varX = spread(n + 1, sums.sumX2().add(w2.multiply(r.pow(2))), x, x) / size / size;
      double meanW = w.doubleValue() / size;
      return new Moments(
          meanW,
          varW,
          size * (1 - meanW) * (1 - meanW) / varW,
          x.doubleValue() / size + cov / varW * (1 - meanW),
          Math.max(0, varX - cov / varW * cov),
          n + 1);
    }

    /** size * sum a*b - sum a * sum b, in which nothing cancels. */
    private static double spread(long size, BigDecimal ab, BigDecimal a, BigDecimal b) {
      return ab.multiply(BigDecimal.valueOf(size)).subtract(a.multiply(b)).doubleValue();
    }

    double descent(double reach) {
      return Math.sqrt((reach - divergence) * residual / size);
    }
  }
}
