package io.floorkeeper.audit;

import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.policy.ModelIndex;
import io.floorkeeper.policy.Pin;
import io.floorkeeper.policy.Pins;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.RolePolicy;
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

  /** Whether any of its pins is about the class. */
  boolean pins(String dataClass) {
    return policy.pins().stream()
        .anyMatch(pin -> pin.dataClass().filter(dataClass::equalsIgnoreCase).isPresent());
  }

  /** Names of the pins about the class. */
  Set<String> pinNames(String dataClass) {
    Set<String> names = new TreeSet<>();
    for (Pin pin : policy.pins()) {
      if (pin.dataClass().filter(dataClass::equalsIgnoreCase).isPresent()) {
        names.add(pin.name());
      }
    }
    return names;
  }

  /** Whether the decision counted as of its tenant's strictest class. */
  boolean isStrictest(DecisionRecord decision) {
    return Pins.isStrictest(policy, decision.dataClass());
  }

  /** The models that all pins leave that bound the decision; empty: none bound it. */
  Optional<Set<String>> allowed(DecisionRecord decision) {
    boolean strictest = isStrictest(decision);
    String policyRole =
        policy.roleOrDefault(decision.role()).map(RolePolicy::name).orElse(decision.role());
    Set<String> allowed = null;
    for (Pin pin : policy.pins()) {
      if (Pins.binds(
          pin,
          strictest,
          decision.role(),
          policyRole,
          Tenants.of(decision),
          decision.dataClass(),
          decision.tags())) {
        if (allowed == null) {
          allowed = new TreeSet<>(pin.models());
        } else {
          allowed.retainAll(pin.models());
        }
      }
    }
    return Optional.ofNullable(allowed);
  }

  /** The policy's name of a model as a span reports it; empty: it knows none such. */
  Optional<String> model(String reported) {
    return models.find(reported).map(model -> model.name());
  }
}
