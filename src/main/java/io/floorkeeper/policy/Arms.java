package io.floorkeeper.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All arms that the tiers make, in tier order, and the three ways to name them. */
final class Arms {
  private final List<String> tiers;
  private final List<Arm> all;
  private final Map<String, List<Arm>> byName = new LinkedHashMap<>();

  Arms(List<Tier> tiers) {
    this.tiers = tiers.stream().map(Tier::name).toList();
    List<Arm> arms = new ArrayList<>();
    for (int index = 0; index < tiers.size(); index++) {
      Tier tier = tiers.get(index);
      int place = index;
      List<Arm> ofTier =
          tier.models().stream().map(model -> new Arm(tier.name(), place, model)).toList();
      byName.putIfAbsent(tier.name(), ofTier);
      arms.addAll(ofTier);
    }
    this.all = List.copyOf(arms);
    for (Arm arm : all) {
      byName.putIfAbsent(arm.model().name(), List.of(arm));
      byName.putIfAbsent(arm.key(), List.of(arm));
    }
  }

  List<String> tiers() {
    return tiers;
  }

  List<Arm> all() {
    return all;
  }

  /** A tier's name stands for all its models; {@code tier/model} and a model's name for one. */
  List<Arm> named(String name) {
    return byName.getOrDefault(name, List.of());
  }

  Set<String> names() {
    return byName.keySet();
  }
}
