package io.floorkeeper.attribution;

import io.floorkeeper.bandit.ArmMeans;
import io.floorkeeper.bandit.PolicyPanel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A role's shadowed tasks, in the order in which they were decided, to what may be said of the
 * bandit before it answers. Pure. Not safe for use by several threads.
 *
 * <p><b>What is estimated</b> is the shadow's own path: what would have been earned had each task
 * been drawn from the allocation that was in force when it came. Every allocation was fixed before
 * its task was drawn, so nothing is judged by outcomes that it has learned from. <b>Latest</b> is
 * the same over the last third of the tasks, settled beforehand.
 *
 * <p><b>The present allocation</b>, what would answer from now on, has learned from all of these
 * tasks, and was chosen by their luck. Its interval holds for all policies at once ({@link
 * PolicyPanel#chosen}), so also for it. One unknown mean is reckoned for every arm of every context
 * bucket and eligibility mask.
 *
 * <p>Tasks of which the bandit might have drawn an arm that could not be served are not estimated,
 * whatever was served: their number, and the bandit's probability of such arms, is what is said of
 * them.
 */
public final class ShadowTally {
  /** Places of the policies in the panels. */
  public static final int SERVED = 0;

  public static final int RULES = 1;
  public static final int BANDIT = 2;
  public static final int REFERENCE = 3;

  /** The latest allocation for such requests, held against tasks that it has learned from. */
  public static final int PRESENT = 4;

  static final int POLICIES = 5;

  static final double LATEST_SHARE = 1. / 3;

  private final List<String> arms = new ArrayList<>();
  private final List<Double> priorQuality = new ArrayList<>();
  private final List<Double> priorUsd = new ArrayList<>();
  private final List<ShadowTask> tasks = new ArrayList<>();
  private long repeats;

  /** An arm that tasks may name by its place, which is the number of arms before it. */
  public void arm(String key, double itsPriorQuality, double itsPriorUsd) {
    arms.add(key);
    priorQuality.add(itsPriorQuality);
    priorUsd.add(itsPriorUsd);
  }

  /** The place of an arm; one that was never told of is none of the policy's any more. */
  int place(String key) {
    int place = arms.indexOf(key);
    if (place < 0) {
      arm(key, Double.NaN, Double.NaN);
      place = arms.size() - 1;
    }
    return place;
  }

  /** Adds one more, decided no earlier than those before. */
  public void add(ShadowTask task) {
    tasks.add(task);
  }

  /** A later task of a session, which repeats its draw: counted and left out. */
  void addRepeat() {
    repeats++;
  }

  /** Everything so far. */
  public ShadowFindings findings() {
    List<ShadowTask> supported = tasks.stream().filter(ShadowTask::isSupported).toList();
    Map<List<Long>, double[]> present = new HashMap<>();
    supported.forEach(t -> present.put(kind(t), t.bandit()));
    int latestFrom = supported.size() - (int) Math.ceil(supported.size() * LATEST_SHARE);
    boolean weighted = tasks.stream().anyMatch(t -> t.isJudged() && t.weight() != 1);
    return new ShadowFindings(
        List.copyOf(arms),
        List.copyOf(tasks),
        supported,
        latestFrom,
        repeats,
        weighted,
        axis(supported, present, latestFrom, true, weighted),
        axis(supported, present, latestFrom, false, weighted),
        present.values().stream().mapToInt(ShadowTally::positive).sum(),
        lost(supported, present),
        shift(supported, present, latestFrom));
  }

  private ShadowFindings.Axis axis(
      List<ShadowTask> supported,
      Map<List<Long>, double[]> present,
      int latestFrom,
      boolean ofQuality,
      boolean weighted) {
    ArmMeans means = means(ofQuality);
    PolicyPanel path = new PolicyPanel(POLICIES, means);
    PolicyPanel latest = new PolicyPanel(POLICIES, means);
    for (int i = 0; i < supported.size(); i++) {
      ShadowTask task = supported.get(i);
      double[][] pi = policies(task, present);
      if (i >= latestFrom) {
        add(latest, task, pi[SERVED], pi, ofQuality, weighted);
      }
      add(path, task, pi[SERVED], pi, ofQuality, weighted);
      learn(means, task, ofQuality, weighted);
    }
    ArmMeans ofAll = means(ofQuality);
    PolicyPanel happened = new PolicyPanel(1, ofAll);
    double[] identified = new double[2];
    for (ShadowTask task : tasks) {
      double[] ran = one(task.arm());
      add(happened, task, ran, new double[][] {ran}, ofQuality, weighted);
      learn(ofAll, task, ofQuality, weighted);
      if (ofQuality ? task.isJudged() : task.isPriced()) {
        double weight = ofQuality ? task.weight() : 1;
        double pi = at(task.bandit(), task.arm());
        identified[0] += weight * pi * (ofQuality ? task.quality() : task.usd());
        identified[1] += weight;
      }
    }
    return new ShadowFindings.Axis(
        happened, path, latest, identified[1] > 0 ? identified[0] / identified[1] : Double.NaN);
  }

  private static void add(
      PolicyPanel panel,
      ShadowTask task,
      double[] p,
      double[][] pi,
      boolean ofQuality,
      boolean weighted) {
    if (!ofQuality && task.isPriced()) {
      panel.add(p, pi, task.arm(), 1, task.usd());
    } else if (ofQuality && task.isJudged()) {
      panel.add(p, pi, task.arm(), task.weight(), task.quality());
    } else if (ofQuality && weighted && task.asked() && task.seen()) {
      panel.addUnseen(p, pi, task.arm());
    }
  }

  private static void learn(ArmMeans means, ShadowTask task, boolean ofQuality, boolean weighted) {
    if (!ofQuality && task.isPriced()) {
      means.learn(task.arm(), 1, task.usd());
    } else if (ofQuality && task.isJudged()) {
      means.learn(task.arm(), task.weight(), task.quality());
    } else if (ofQuality && weighted && task.asked() && task.seen()) {
      means.unseen(task.arm());
    }
  }

  private double[][] policies(ShadowTask task, Map<List<Long>, double[]> present) {
    double[][] pi = new double[POLICIES][];
    pi[SERVED] = Arrays.copyOf(task.served(), arms.size());
    pi[RULES] = Arrays.copyOf(task.rules(), arms.size());
    pi[BANDIT] = Arrays.copyOf(task.bandit(), arms.size());
    pi[REFERENCE] = one(task.reference());
    pi[PRESENT] = Arrays.copyOf(present.get(kind(task)), arms.size());
    for (int k = 0; k < arms.size(); k++) {
      pi[PRESENT][k] = pi[SERVED][k] > 0 ? pi[PRESENT][k] : 0; // see lost
    }
    return pi;
  }

  private double[] one(int arm) {
    double[] pi = new double[arms.size()];
    pi[arm] = 1;
    return pi;
  }

  /** An arm without an expectation of its own has that of the others. */
  private ArmMeans means(boolean ofQuality) {
    List<Double> prior = ofQuality ? priorQuality : priorUsd;
    double others =
        prior.stream().mapToDouble(p -> p).filter(p -> !Double.isNaN(p)).average().orElse(0);
    return new ArmMeans(
        prior.stream().mapToDouble(p -> Double.isNaN(p) ? others : p).toArray(), ofQuality);
  }

  /** Half the sum of |pi_t - the latest pi for such requests|, averaged over the latest tasks. */
  private static double shift(
      List<ShadowTask> supported, Map<List<Long>, double[]> present, int latestFrom) {
    List<ShadowTask> latest = supported.subList(latestFrom, supported.size());
    double sum = 0;
    for (ShadowTask t : latest) {
      double[] then = t.bandit();
      double[] last = present.get(kind(t));
      for (int k = 0; k < Math.max(then.length, last.length); k++) {
        sum += Math.abs(at(then, k) - at(last, k)) / 2;
      }
    }
    return latest.isEmpty() ? Double.NaN : sum / latest.size();
  }

  /**
   * The mean probability that the present allocation gives to what earlier tasks could not draw.
   */
  private static double lost(List<ShadowTask> supported, Map<List<Long>, double[]> present) {
    double sum = 0;
    for (ShadowTask t : supported) {
      double[] pi = present.get(kind(t));
      for (int k = 0; k < pi.length; k++) {
        sum += at(t.served(), k) > 0 ? 0 : pi[k];
      }
    }
    return supported.isEmpty() ? 0 : sum / supported.size();
  }

  /** Requests that one allocation answers. */
  private static List<Long> kind(ShadowTask task) {
    return List.of((long) task.bucket(), task.mask());
  }

  private static int positive(double[] pi) {
    return (int) Arrays.stream(pi).filter(p -> p > 0).count();
  }

  static double at(double[] values, int k) {
    return k < values.length ? values[k] : 0;
  }
}
