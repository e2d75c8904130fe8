package io.floorkeeper.trial;

import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.QualityFloor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** One role, tiers of fixed cost, qualities that are coins. */
record InventedWorld(int calls, double floor, double[] quality, double[] costUsd, Policy policy)
    implements World {

  static InventedWorld of(int calls, double floor, double[] quality, double[] costUsd) {
    List<String> models =
        java.util.stream.IntStream.range(0, quality.length).mapToObj(k -> "model-" + k).toList();
    Policy policy =
        GeneratedPolicy.of(
            List.of("worker"), models, costUsd, List.of(), QualityFloor.Kind.ABSOLUTE, floor, 1);
    return new InventedWorld(calls, floor, quality, costUsd, policy);
  }

  @Override
  public String name() {
    return "invented";
  }

  @Override
  public Run begin(long seed) {
    Map<String, Integer> arms = new HashMap<>();
    for (Arm arm : policy.roles().get("worker").candidates()) {
      arms.put(arm.key(), arms.size() + 1);
    }
    PolicyBook.Published published =
        new PolicyBook.Published(1, policy, new Numbers(Map.of("worker", 1), arms), "", "test");
    UniformRandomProvider random = RandomSource.L64_X128_MIX.create(seed);
    return new Run() {
      private int drawn;

      @Override
      public int size() {
        return calls;
      }

      @Override
      public boolean hasNext() {
        return drawn < calls;
      }

      @Override
      public Draw next() {
        drawn++;
        Draw.Candidate[] candidates = new Draw.Candidate[quality.length];
        for (int k = 0; k < candidates.length; k++) {
          candidates[k] =
              new Draw.Candidate(
                  k,
                  random.nextDouble() < quality[k] ? 1 : 0,
                  costUsd[k],
                  GeneratedPolicy.USUAL_TOKENS,
                  0,
                  quality[k],
                  costUsd[k]);
        }
        return new Draw(1 + 2 * drawn / (calls + 1), "", "worker", candidates, floor);
      }

      @Override
      public PolicyBook.Published policy() {
        return published;
      }
    };
  }
}
