package io.floorkeeper.pricing;

/**
 * What a model of fixed cost costs per call, for finance. Routing does not weigh it: the month is
 * paid for whether the next call runs there or not, so the next call's marginal cost is 0.
 */
public final class AmortisedCost {
  /** Of a mean month: 365.25 days / 12. */
  public static final double MINUTES_PER_MONTH = 365.25 / 12 * 24 * 60;

  private AmortisedCost() {}

  /**
   * The month's cost over the calls that a month at this rate has. It falls as the model is used
   * more; at the rate that the model can take it is the least that a call can cost.
   *
   * @return USD per call; NaN where there is no rate to spread it over
   */
  public static double usdPerCall(double monthlyUsd, double callsPerMinute) {
    return callsPerMinute > 0 ? monthlyUsd / (callsPerMinute * MINUTES_PER_MONTH) : Double.NaN;
  }

  /**
   * The part of the month's cost that calls of some time have to bear, shared by calls.
   *
   * @param days that the calls took
   * @param calls of those who are asked about
   * @param allCalls of the model in those days
   * @return USD; NaN where nobody called
   */
  public static double shareUsd(double monthlyUsd, double days, long calls, long allCalls) {
    return allCalls > 0 ? monthlyUsd * days / (365.25 / 12) * calls / allCalls : Double.NaN;
  }
}
