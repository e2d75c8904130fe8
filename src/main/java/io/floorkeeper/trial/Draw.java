package io.floorkeeper.trial;

/**
 * One task of a world and what every candidate of its role would have made of it. Only the chosen
 * candidate's outcome is revealed to a contender that learns; the others are there to score it.
 *
 * @param phase of the run that the task belongs to, from 1: a pass over the data, a third of a run
 * @param task its name, where it has one
 * @param context what a request says of it, as its collaboration; null: nothing
 * @param candidates in tier order, the last the strongest
 * @param floor the true floor that the role is held to at this moment, on such tasks
 */
public record Draw(
    int phase, String task, String role, String context, Candidate[] candidates, double floor) {

  /** Of a world that tells a role's tasks apart by nothing. */
  public Draw(int phase, String task, String role, Candidate[] candidates, double floor) {
    this(phase, task, role, null, candidates, floor);
  }

  /**
   * @param tier the same number for the same model throughout the world, cheapest 0
   * @param quality delivered on this task, in [0, 1]
   * @param inputTokens negative where only dollars are known
   * @param meanQuality what the candidate delivers on such tasks in truth
   */
  public record Candidate(
      int tier,
      double quality,
      double costUsd,
      long inputTokens,
      long outputTokens,
      double meanQuality,
      double meanCostUsd) {}

  /** The role, and the context within it where there is one: what is to be held to the floor. */
  public String group() {
    return context == null ? role : role + "/" + context;
  }

  public Candidate strongest() {
    return candidates[candidates.length - 1];
  }

  double[] meanQualities() {
    double[] means = new double[candidates.length];
    for (int k = 0; k < means.length; k++) {
      means[k] = candidates[k].meanQuality();
    }
    return means;
  }

  double[] meanCostsUsd() {
    double[] means = new double[candidates.length];
    for (int k = 0; k < means.length; k++) {
      means[k] = candidates[k].meanCostUsd();
    }
    return means;
  }
}
