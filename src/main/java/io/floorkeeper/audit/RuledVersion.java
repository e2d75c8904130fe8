package io.floorkeeper.audit;

import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.policy.ModelIndex;
import io.floorkeeper.policy.Pin;
import io.floorkeeper.policy.Pins;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.RolePolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One policy version, asked what it allowed. The meaning of a pin is that of routing, unaltered.
 */
final class RuledVersion {
  private final Policy policy;
  private final ModelIndex models;

  RuledVersion(Policy policy) {
    this.policy = policy;
    this.models = new ModelIndex(policy);
  }

  /** Whether the decision counted as of its tenant's strictest class. */
  boolean isStrictest(DecisionRecord decision) {
    return Pins.isStrictest(policy, decision.dataClass());
  }

  /** The policy's pins about the class, in its order. */
  List<Pin> pinsOn(String dataClass) {
    return policy.pins().stream()
        .filter(pin -> pin.dataClass().filter(dataClass::equalsIgnoreCase).isPresent())
        .toList();
  }

  /**
   * What bound a decision.
   *
   * @param pins at least one
   * @param models that all of them leave
   */
  record Ruling(List<Pin> pins, Set<String> models) {}

  /** The pins that bound the decision; empty: none did. */
  Optional<Ruling> ruling(DecisionRecord decision) {
    boolean strictest = isStrictest(decision);
    String policyRole =
        policy.roleOrDefault(decision.role()).map(RolePolicy::name).orElse(decision.role());
    List<Pin> pins = new ArrayList<>();
    Set<String> allowed = new TreeSet<>();
    for (Pin pin : policy.pins()) {
      if (Pins.binds(
          pin,
          strictest,
          decision.role(),
          policyRole,
          Tenants.of(decision),
          decision.dataClass(),
          decision.tags())) {
        if (pins.isEmpty()) {
          allowed.addAll(pin.models());
        } else {
          allowed.retainAll(pin.models());
        }
        pins.add(pin);
      }
    }
    return pins.isEmpty() ? Optional.empty() : Optional.of(new Ruling(pins, allowed));
  }

  /** The policy's name of a model as a span reports it; empty: it knows none such. */
  Optional<String> model(String reported) {
    return models.find(reported).map(model -> model.name());
  }
}
