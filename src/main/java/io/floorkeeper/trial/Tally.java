package io.floorkeeper.trial;

/** Sums over some of a run's calls. */
public final class Tally {
  private int calls;
  private double quality;
  private double expectedQuality;
  private double floor;
  private double costUsd;
  private double frontierUsd;
  private double limitUsd;
  private double limitQuality;
  private final int[] chosen;

  Tally(int candidates) {
    this.chosen = new int[candidates];
  }

  void add(Draw draw, int candidate, double limitCostUsd, double limitMeanQuality) {
    Draw.Candidate taken = draw.candidates()[candidate];
    calls++;
    quality += taken.quality();
    expectedQuality += taken.meanQuality();
    floor += draw.floor();
    costUsd += taken.costUsd();
    frontierUsd += draw.strongest().costUsd();
    limitUsd += limitCostUsd;
    limitQuality += limitMeanQuality;
    chosen[taken.tier()]++;
  }

  public int calls() {
    return calls;
  }

  /** What was delivered. */
  public double quality() {
    return quality / calls;
  }

  /** The true means of what was chosen: without the noise of single outcomes. */
  public double expectedQuality() {
    return expectedQuality / calls;
  }

  /** The true floor, averaged over the calls. */
  public double floor() {
    return floor / calls;
  }

  public double costUsd() {
    return costUsd;
  }

  public double frontierUsd() {
    return frontierUsd;
  }

  /** What the mixture of known means costs on average on these calls. */
  public double limitUsd() {
    return limitUsd;
  }

  /** What the mixture of known means delivers on average. */
  public double limitQuality() {
    return limitQuality / calls;
  }

  /** Over always taking the strongest; signed. */
  public double saved() {
    return frontierUsd > 0 ? 1 - costUsd / frontierUsd : 0;
  }

  /** Over always taking the strongest, of the mixture of known means. */
  public double limitSaved() {
    return frontierUsd > 0 ? 1 - limitUsd / frontierUsd : 0;
  }

  /** The share of the calls that went to a candidate. */
  public double share(int candidate) {
    return candidate < chosen.length ? chosen[candidate] / (double) calls : 0;
  }

  /** How many candidates were ever chosen, counted up to the strongest of them. */
  int usedCandidates() {
    int used = 0;
    for (int k = 0; k < chosen.length; k++) {
      used = chosen[k] > 0 ? k + 1 : used;
    }
    return used;
  }

  /** Whether the expected quality is at most so far below the floor. */
  public boolean kept(double tolerance) {
    // The limit stands exactly on the floor: rounding must not call that a breach.
    return expectedQuality() >= floor() - tolerance - 1e-9;
  }
}
