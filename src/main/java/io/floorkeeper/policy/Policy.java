package io.floorkeeper.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The whole routing policy of one tenant: what changes a decision stands here, what changes
 * plumbing is configuration. Immutable; a changed policy is another object with another {@link
 * #digest()}.
 *
 * @param digest lower-case hex SHA-256 of the canonical document, 64 characters
 * @param tiers cheapest first, strongest last
 * @param roles by role name, in the order of the document
 * @param defaultRole the role that answers for roles the policy does not know; empty: such a
 *     request is a 404
 * @param pins all of them bind at once: a request keeps the models that every matching pin allows
 */
public record Policy(
    String digest,
    List<Tier> tiers,
    Map<String, RolePolicy> roles,
    Optional<String> defaultRole,
    List<Pin> pins,
    Precedence precedence) {

  public Policy {
    tiers = List.copyOf(tiers);
    roles = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(roles));
    pins = List.copyOf(pins);
  }

  /** What wins where a floor and a ceiling cannot both be held. */
  public enum Precedence {
    QUALITY_FIRST,
    COST_FIRST
  }

  /** The policy that answers for {@code role}: its own, or the default role's, or nothing. */
  public Optional<RolePolicy> roleOrDefault(String role) {
    RolePolicy own = roles.get(role);
    return own != null ? Optional.of(own) : defaultRole.map(roles::get);
  }

  /** With every role changed; what-if policies keep the digest of what they came from. */
  public Policy withRoles(UnaryOperator<RolePolicy> change) {
    Map<String, RolePolicy> changed = new java.util.LinkedHashMap<>();
    roles.forEach((name, role) -> changed.put(name, change.apply(role)));
    return new Policy(digest, tiers, changed, defaultRole, pins, precedence);
  }
}
