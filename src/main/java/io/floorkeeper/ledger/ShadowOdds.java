package io.floorkeeper.ledger;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.ArrayList;
import java.util.List;

/**
 * A shadowed decision as a report on the bandit needs it. All probabilities are over everything
 * that gates of health and capacity could have left, as the decision's own.
 *
 * @param taken the bandit's probability of the arm that was served
 * @param arms that were eligible and could have been left by a gate, in tier order
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record ShadowOdds(double taken, List<Arm> arms) {

  public ShadowOdds {
    arms = List.copyOf(arms);
  }

  /**
   * Probabilities of an arm.
   *
   * @param arm tier/model
   * @param rules that the rules give it, served or not
   * @param bandit that the bandit would have, holdout and control included
   * @param served with which it was served: the rules' where nothing was drawn
   */
  public record Arm(String arm, double rules, double bandit, double served) {}

  /** All of it in an order of its own, every bit of the numbers: for chains. */
  List<String> texts() {
    List<String> texts = new ArrayList<>();
    texts.add(Double.toString(taken));
    for (Arm arm : arms) {
      texts.add(arm.arm);
      texts.add(Double.toString(arm.rules));
      texts.add(Double.toString(arm.bandit));
      texts.add(Double.toString(arm.served));
    }
    return texts;
  }
}
