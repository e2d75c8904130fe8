package io.floorkeeper.policy;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;

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
 * @param dataClasses that it knows, those of its pins included; compared without case
 * @param rules in their order, the first that matches counts
 */
public record Policy(
    String digest,
    List<Tier> tiers,
    Map<String, RolePolicy> roles,
    Optional<String> defaultRole,
    List<Pin> pins,
    Set<String> dataClasses,
    List<Rule> rules,
    HealthRule health,
    Precedence precedence) {

  public Policy {
    tiers = List.copyOf(tiers);
    roles = Collections.unmodifiableMap(new LinkedHashMap<>(roles));
    pins = List.copyOf(pins);
    dataClasses = known(dataClasses, pins);
    rules = List.copyOf(rules);
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

  /** The tier's place, 0 the cheapest; -1 where the policy has none of that name. */
  public int tierIndex(String tier) {
    for (int i = 0; i < tiers.size(); i++) {
      if (tiers.get(i).name().equals(tier)) {
        return i;
      }
    }
    return -1;
  }

  /** With every role changed; what-if policies keep the digest of what they came from. */
  public Policy withRoles(UnaryOperator<RolePolicy> change) {
    Map<String, RolePolicy> changed = new LinkedHashMap<>();
    roles.forEach((name, role) -> changed.put(name, change.apply(role)));
    return withRoles(changed);
  }

  /** With these roles instead; so too. */
  public Policy withRoles(Map<String, RolePolicy> others) {
    return new Policy(
        digest, tiers, others, defaultRole, pins, dataClasses, rules, health, precedence);
  }

  /** With each model changed, wherever it stands; itself where none is. */
  Policy withModels(UnaryOperator<Model> change) {
    Map<Model, Model> changed = new LinkedHashMap<>();
    tiers.forEach(tier -> tier.models().forEach(m -> changed.put(m, change.apply(m))));
    if (changed.entrySet().stream().allMatch(e -> e.getKey() == e.getValue())) {
      return this;
    }
    UnaryOperator<Arm> arm =
        a -> new Arm(a.tier(), a.tierIndex(), changed.getOrDefault(a.model(), a.model()));
    return new Policy(
            digest,
            tiers.stream()
                .map(t -> new Tier(t.name(), t.models().stream().map(changed::get).toList()))
                .toList(),
            roles,
            defaultRole,
            pins,
            dataClasses,
            rules,
            health,
            precedence)
        .withRoles(role -> role.withCandidates(role.candidates().stream().map(arm).toList()));
  }

  /**
   * A number that stands for what the catalogue says of its models now: equal prices have equal
   * ones, on every replica; 0: it says nothing of any.
   */
  public int prices() {
    StringBuilder text = new StringBuilder();
    for (Tier tier : tiers) {
      for (Model model : tier.models()) {
        if (model.pricing().said().isEmpty() && model.price().isPresent()) {
          text.append(model.name()).append('=').append(model.price().get()).append('\n');
        }
      }
    }
    CRC32 sum = new CRC32();
    sum.update(text.toString().getBytes(StandardCharsets.UTF_8));
    return text.isEmpty() ? 0 : Math.max(1, (int) sum.getValue() & Integer.MAX_VALUE);
  }

  /** At the prices that its document says itself. */
  Policy asWritten() {
    return withModels(model -> model.withPrice(model.pricing().said()));
  }

  /** Declared classes and those of the pins, found in whatever case they are written. */
  private static Set<String> known(Set<String> declared, List<Pin> pins) {
    Set<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    known.addAll(declared);
    pins.forEach(pin -> pin.dataClass().ifPresent(known::add));
    return Collections.unmodifiableSet(known);
  }
}
