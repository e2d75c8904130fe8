package io.floorkeeper.posterior;

import io.floorkeeper.policy.ArmKnowledge;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.PolicyBook;
import jakarta.enterprise.context.ApplicationScoped;

/** Arms that calls were counted of, by the evidence in memory. */
@ApplicationScoped
class LearnedArms implements ArmKnowledge {
  private final PolicyBook policies;
  private final PosteriorBook posteriors;

  LearnedArms(PolicyBook policies, PosteriorBook posteriors) {
    this.policies = policies;
    this.posteriors = posteriors;
  }

  @Override
  public boolean isKnown(String role, String armKey) {
    Numbers numbers = policies.current().numbers();
    int armNo = numbers.arms().getOrDefault(armKey, 0);
    return armNo != 0
        && posteriors.current().role(numbers.roleNo(role)).arms().stream()
            .anyMatch(arm -> arm.armNo() == armNo && !arm.blocks().isEmpty());
  }
}
