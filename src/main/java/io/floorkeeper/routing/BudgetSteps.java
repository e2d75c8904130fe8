package io.floorkeeper.routing;

/**
 * What a task may cost, in steps of one hundredth of itself, rounded down. What is left of a day
 * per task to come moves with every second; an allocation for each of these could neither be told
 * apart nor kept for explanations. What rounding saves is left for the tasks to come.
 *
 * <pre>
 * step 0   no budget            step 1   less than 1e-9 USD: nothing
 * step n   1e-9 USD * 1.01^(n-2)
 * </pre>
 */
final class BudgetSteps {
  static final int NONE = 0;

  private static final int NOTHING = 1;
  private static final double LEAST_USD = 1e-9;
  private static final double LOG_STEP = Math.log(1.01);

  private BudgetSteps() {}

  static int of(double usdPerTask) {
    return usdPerTask < LEAST_USD
        ? NOTHING
        : NOTHING + 1 + (int) (Math.log(usdPerTask / LEAST_USD) / LOG_STEP);
  }

  /**
   * No more than what gave the step.
   *
   * @param step not {@link #NONE}
   */
  static double usdPerTask(int step) {
    return step == NOTHING ? 0 : LEAST_USD * Math.exp((step - NOTHING - 1) * LOG_STEP);
  }
}
