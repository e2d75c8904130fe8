package io.floorkeeper.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * How a contender did over many runs. Quality is expected quality, the true means of what was
 * chosen, where nothing else is said.
 *
 * @param savedByPhase over the strongest, from phase 1 on
 * @param shareOfLimit saved over what the mixture of known means saves
 * @param quality what was delivered: noisier, and the one figure that tells of who knew single
 *     tasks
 * @param floorMargin expected quality less the floor
 * @param runsKept share of the runs whose expected quality is not below the floor
 * @param roleRunsKept the same of single roles; {@code roleRunsKeptWithin}: by at most {@link
 *     #TOLERANCE}
 * @param savedMore paired differences, on the same seeds, to the first contender of the table
 * @param contexts share of the calls by what was said of their context; empty: nothing
 * @param curve the mean over the runs, by time
 */
public record Standing(
    String key,
    String name,
    boolean hindsight,
    int runs,
    Estimate saved,
    List<Estimate> savedByPhase,
    Estimate shareOfLimit,
    Estimate expectedQuality,
    Estimate quality,
    Estimate floorMargin,
    double runsKept,
    double roleRunsKept,
    double roleRunsKeptWithin,
    Estimate savedMore,
    Estimate qualityMore,
    Map<String, Double> contexts,
    List<Point> curve) {

  /** Slack that is told beside the strict verdict. */
  public static final double TOLERANCE = .02;

  /**
   * A part of the run.
   *
   * @param regretUsd dollars per call beyond the limit's
   * @param missingQuality what quality per call lacks to the floor, 0 where nothing
   * @param shares of the calls, by candidate in tier order
   */
  public record Point(
      double calls,
      double saved,
      double expectedQuality,
      double floor,
      double regretUsd,
      double missingQuality,
      double[] shares) {}

  static Standing of(Contender contender, List<Trial.Outcome> outcomes, List<Trial.Outcome> first) {
    List<Estimate> phases = new ArrayList<>();
    for (int phase : outcomes.get(0).phases().keySet()) {
      phases.add(estimate(outcomes, o -> o.phases().get(phase).saved()));
    }
    return new Standing(
        contender.key(),
        contender.name(),
        contender.isHindsight(),
        outcomes.size(),
        estimate(outcomes, o -> o.all().saved()),
        phases,
        estimate(outcomes, o -> o.all().saved() / o.all().limitSaved()),
        estimate(outcomes, o -> o.all().expectedQuality()),
        estimate(outcomes, o -> o.all().quality()),
        estimate(outcomes, o -> o.all().expectedQuality() - o.all().floor()),
        outcomes.stream().filter(o -> o.all().kept(0)).count() / (double) outcomes.size(),
        kept(outcomes, 0),
        kept(outcomes, TOLERANCE),
        paired(outcomes, first, o -> o.all().saved()),
        paired(outcomes, first, o -> o.all().expectedQuality()),
        contexts(outcomes),
        curve(outcomes));
  }

  private static Estimate estimate(
      List<Trial.Outcome> outcomes, ToDoubleFunction<Trial.Outcome> figure) {
    return Estimate.of(outcomes.stream().mapToDouble(figure).toArray());
  }

  private static Estimate paired(
      List<Trial.Outcome> outcomes,
      List<Trial.Outcome> first,
      ToDoubleFunction<Trial.Outcome> figure) {
    double[] differences = new double[outcomes.size()];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = figure.applyAsDouble(outcomes.get(i)) - figure.applyAsDouble(first.get(i));
    }
    return Estimate.of(differences);
  }

  private static double kept(List<Trial.Outcome> outcomes, double tolerance) {
    long kept = 0;
    long all = 0;
    for (Trial.Outcome outcome : outcomes) {
      for (Map.Entry<String, Tally> role : outcome.roles().entrySet()) {
        all++;
        kept += role.getValue().kept(tolerance) ? 1 : 0;
      }
    }
    return kept / (double) all;
  }

  private static Map<String, Double> contexts(List<Trial.Outcome> outcomes) {
    Map<String, Double> shares = new TreeMap<>();
    for (Trial.Outcome outcome : outcomes) {
      outcome
          .contexts()
          .forEach((status, share) -> shares.merge(status, share / outcomes.size(), Double::sum));
    }
    return shares;
  }

  private static List<Point> curve(List<Trial.Outcome> outcomes) {
    int candidates = outcomes.get(0).all().usedCandidates();
    List<Point> curve = new ArrayList<>();
    for (int b = 0; b < Trial.BINS; b++) {
      int bin = b;
      List<Tally> tallies =
          outcomes.stream().map(o -> o.bins().get(bin)).filter(t -> t.calls() > 0).toList();
      if (tallies.isEmpty()) {
        continue;
      }
      double[] shares = new double[candidates];
      for (int k = 0; k < candidates; k++) {
        int candidate = k;
        shares[k] = mean(tallies, t -> t.share(candidate));
      }
      curve.add(
          new Point(
              mean(tallies, Tally::calls),
              mean(tallies, Tally::saved),
              mean(tallies, Tally::expectedQuality),
              mean(tallies, Tally::floor),
              mean(tallies, t -> (t.costUsd() - t.limitUsd()) / t.calls()),
              mean(tallies, t -> Math.max(0, t.floor() - t.expectedQuality())),
              shares));
    }
    return curve;
  }

  private static double mean(List<Tally> tallies, ToDoubleFunction<Tally> figure) {
    return tallies.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }
}
