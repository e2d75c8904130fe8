package io.floorkeeper.policy;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Mandated models: a request that matches every given condition may go to these models only. Fails
 * closed: no budget, floor, exploration, escalation or fallback leaves a pin.
 *
 * @param name shown as the reason of the narrowing
 * @param tags all of them must be on the request with these values
 * @param models names of models, at least one
 * @param auditRequired whether a decision under it is given only when its record is safe
 */
public record Pin(
    String name,
    Optional<String> role,
    Optional<String> dataClass,
    Optional<String> tenant,
    Map<String, String> tags,
    Set<String> models,
    boolean auditRequired) {
  public Pin {
    tags = Map.copyOf(tags);
    models = Set.copyOf(models);
  }
}
