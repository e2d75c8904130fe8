package io.floorkeeper.policy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * From the names that spans report to the models of the policy: the name itself, an alias, either
 * behind a provider prefix ({@code anthropic/...}), or with the date of a release behind it ({@code
 * -20251001}, {@code -2025-10-01}) where the policy lists no such release. Immutable.
 */
public final class ModelIndex {
  private static final Pattern RELEASE = Pattern.compile("[-@](\\d{8}|\\d{4}-\\d{2}-\\d{2})$");

  private final Map<String, Model> byName = new HashMap<>();

  public ModelIndex(Policy policy) {
    for (Tier tier : policy.tiers()) {
      for (Model model : tier.models()) {
        byName.put(model.name(), model);
        model.aliases().forEach(alias -> byName.putIfAbsent(alias, model));
      }
    }
  }

  /** The model that goes by {@code reported}, or empty: not one of the policy's. */
  public Optional<Model> find(String reported) {
    Model model = exact(reported);
    if (model == null) {
      model = exact(RELEASE.matcher(reported).replaceFirst(""));
    }
    return Optional.ofNullable(model);
  }

  private Model exact(String name) {
    Model model = byName.get(name);
    // Names may hold slashes themselves, and gateways put one provider before another.
    for (int slash = name.indexOf('/'); model == null && slash >= 0; ) {
      model = byName.get(name.substring(slash + 1));
      slash = name.indexOf('/', slash + 1);
    }
    return model;
  }
}
