package io.floorkeeper.bandit;

/**
 * rho, the share of tasks that is held out on the reference arm so that savings can be certified.
 *
 * <p>A fixed share is dear where the reference is: 1 % of the tasks at 42 times the price of the
 * others is a third of the spend. The share that adapts bounds what the holdout costs:
 *
 * <pre>
 * rho = min(.02, .05 * c_mean/c_reference)        c_mean = sum pi*c       so rho * c_reference &lt;= .05 * c_mean
 * </pre>
 *
 * <p>0 where the reference costs nothing: there is no saving to certify.
 */
public sealed interface HoldoutShare {

  /** The most that an adapting share takes. */
  double MOST_ADAPTED = .02;

  /** What the holdout may cost at most, as a share of what the allocation spends besides. */
  double SPEND_SHARE = .05;

  HoldoutShare NONE = new Fixed(0);

  HoldoutShare AUTO = new Auto();

  /**
   * rho of one allocation.
   *
   * @param meanUsd c_mean, what a task costs under pi
   * @param referenceUsd c_reference, what one costs on the strongest eligible arm
   */
  double of(double meanUsd, double referenceUsd);

  /** The most that {@link #of} can give. */
  double most();

  static HoldoutShare fixed(double share) {
    return new Fixed(share);
  }

  /**
   * The same for every allocation.
   *
   * @param share unchecked here: whoever reads or uses it says what is wrong with it in words of
   *     its own
   */
  record Fixed(double share) implements HoldoutShare {
    @Override
    public double of(double meanUsd, double referenceUsd) {
      return share;
    }

    @Override
    public double most() {
      return share;
    }
  }

  /** The law above. */
  record Auto() implements HoldoutShare {
    @Override
    public double of(double meanUsd, double referenceUsd) {
      return referenceUsd > 0 ? Math.min(MOST_ADAPTED, SPEND_SHARE * meanUsd / referenceUsd) : 0;
    }

    @Override
    public double most() {
      return MOST_ADAPTED;
    }
  }
}
