package io.floorkeeper.policy;

import java.util.List;

/**
 * A price and strength class of models.
 *
 * @param name as orchestrators and people say it: "small", "mid", "frontier"
 * @param models at least one; the first is the one that the tier stands for
 */
public record Tier(String name, List<Model> models) {
  public Tier {
    models = List.copyOf(models);
  }
}
