package io.floorkeeper.policy;

/**
 * What a role's bandit chooses between: one model of one tier.
 *
 * @param tier the tier's name
 * @param tierIndex its place among {@link Policy#tiers()}, 0 the cheapest
 */
public record Arm(String tier, int tierIndex, Model model) {

  /** The name that numbers, evidence and reports hang on: it survives every change around it. */
  public String key() {
    return tier + "/" + model.name();
  }
}
