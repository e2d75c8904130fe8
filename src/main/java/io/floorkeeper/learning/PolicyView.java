package io.floorkeeper.learning;

import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.ModelIndex;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.policy.Tariff;
import io.floorkeeper.pricing.Catalogue;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The policy in force as the learner asks it: from numbers to names, and from calls to prices. */
record PolicyView(
    Policy policy,
    Numbers numbers,
    ModelIndex models,
    Map<Integer, String> roleNames,
    Map<Integer, String> armKeys,
    Tariff tariff) {

  static PolicyView of(PolicyBook.Published published, Catalogue catalogue) {
    Numbers numbers = published.numbers();
    return new PolicyView(
        published.policy(),
        numbers,
        new ModelIndex(published.policy()),
        inverse(numbers.roles()),
        inverse(numbers.arms()),
        new Tariff(catalogue));
  }

  Optional<String> roleName(int roleNo) {
    return Optional.ofNullable(roleNames.get(roleNo));
  }

  Optional<RolePolicy> role(String name) {
    return policy.roleOrDefault(name);
  }

  /** The name of the model behind an arm's number; the arm may have left the policy since. */
  Optional<String> modelOf(int armNo) {
    return armKey(armNo).map(key -> key.substring(key.indexOf('/') + 1));
  }

  Optional<String> armKey(int armNo) {
    return Optional.ofNullable(armKeys.get(armNo));
  }

  int armNo(Arm arm) {
    return numbers.armNo(arm);
  }

  private static Map<Integer, String> inverse(Map<String, Integer> numbers) {
    Map<Integer, String> names = new HashMap<>();
    numbers.forEach((name, number) -> names.put(number, name));
    return names;
  }
}
