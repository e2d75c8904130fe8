package io.floorkeeper.replay;

import io.floorkeeper.trial.Contender;
import io.floorkeeper.trial.Trial;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * How long a contender goes on with a model that has silently become worse, and how long it stays
 * away when the model is itself again: the median over seeds.
 *
 * <p>With s the model's share of the last {@link #BEFORE} calls before the regression: it is left
 * at the first call at which its share of the last {@link #WINDOW} calls is at most s/2, and it is
 * back at the first call at which that share is at least s/2 again.
 */
final class RegressionTable {
  static final int BEFORE = 500;
  static final int WINDOW = 100;

  private RegressionTable() {}

  static String of(
      Trial trial,
      List<Contender> contenders,
      long firstSeed,
      int seeds,
      OutcomeData data,
      OutcomeWorld.SilentRegression regression) {
    StringBuilder table =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%n%s is silently %s from call %d to call %d%n%-46s %8s %14s %14s%n",
                regression.model(),
                regression.becomes(),
                regression.from(),
                regression.to(),
                "median over the seeds",
                "share",
                "calls to leave",
                "calls to return"));
    int model = data.models().indexOf(regression.model());
    for (Contender contender : contenders) {
      if (contender.isHindsight()) {
        continue;
      }
      List<Double> shares = new ArrayList<>();
      List<Double> left = new ArrayList<>();
      List<Double> back = new ArrayList<>();
      for (int i = 0; i < seeds; i++) {
        List<Boolean> used = new ArrayList<>();
        trial.run(
            contender,
            firstSeed + i,
            (draw, candidate, chosen) -> used.add(draw.candidates()[candidate].tier() == model));
        double share = share(used, regression.from(), BEFORE);
        shares.add(share);
        left.add(first(used, regression.from(), regression.to(), share / 2, true));
        back.add(first(used, regression.to(), used.size(), share / 2, false));
      }
      table.append(
          String.format(
              Locale.ROOT,
              "%-46s %6.1f %% %14s %14s%n",
              contender.name(),
              100 * median(shares),
              calls(median(left)),
              calls(median(back))));
    }
    return table.toString();
  }

  /** The share of true among the {@code count} values before {@code end}. */
  private static double share(List<Boolean> used, int end, int count) {
    int start = Math.max(0, end - count);
    return used.subList(start, end).stream().filter(u -> u).count()
        / (double) Math.max(1, end - start);
  }

  /** Calls after {@code from}; infinite where it does not happen before {@code to}. */
  private static double first(List<Boolean> used, int from, int to, double level, boolean falls) {
    for (int n = from + WINDOW; n <= Math.min(to, used.size()); n++) {
      double share = share(used, n, WINDOW);
      if (falls ? share <= level : share >= level) {
        return n - (double) from;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get((sorted.size() - 1) / 2);
  }

  private static String calls(double calls) {
    return Double.isInfinite(calls) ? "not seen" : String.format(Locale.ROOT, "%.0f", calls);
  }
}
