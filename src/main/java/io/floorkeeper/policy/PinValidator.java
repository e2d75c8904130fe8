package io.floorkeeper.policy;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** What pins must be beyond well-formed. */
final class PinValidator {
  /** As keys have it: credentials name tenants, and a pin on another spelling never binds. */
  private static final Pattern TENANT = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  private final Findings findings;

  PinValidator(Findings findings) {
    this.findings = findings;
  }

  void validate(Policy policy) {
    Set<String> models = new HashSet<>();
    policy.tiers().forEach(tier -> tier.models().forEach(model -> models.add(model.name())));
    Set<String> seen = new HashSet<>();
    for (int p = 0; p < policy.pins().size(); p++) {
      Pin pin = policy.pins().get(p);
      String path = Names.path("pins", p);
      check(seen.add(pin.name()), path + ".name", "another pin is " + quoted(pin.name()) + " too");
      check(
          pin.role().isPresent()
              || pin.dataClass().isPresent()
              || pin.tenant().isPresent()
              || !pin.tags().isEmpty(),
          path + ".match",
          "at least one of role, data_class, tenant and tags is needed");
      pin.role()
          .ifPresent(role -> exists(role, policy.roles().keySet(), path + ".match.role", "role"));
      pin.tenant()
          .ifPresent(
              tenant ->
                  check(
                      TENANT.matcher(tenant).matches(),
                      path + ".match.tenant",
                      quoted(tenant)
                          + " is no tenant's name: they are of a-z, 0-9, '.', '_' and '-', so this"
                          + " pin would bind nobody"));
      check(!pin.models().isEmpty(), path + ".models", "a pin leaves at least one model");
      pin.models().stream()
          .sorted()
          .forEach(model -> exists(model, models, path + ".models", "model"));
    }
  }

  private void exists(String name, Collection<String> known, String path, String kind) {
    check(
        known.contains(name),
        path,
        "no " + kind + " is " + quoted(name) + findings.hint(name, known));
  }

  private void check(boolean holds, String path, String message) {
    if (!holds) {
      findings.add(path, message);
    }
  }

  private static String quoted(String name) {
    return "'" + Names.shortened(name) + "'";
  }
}
