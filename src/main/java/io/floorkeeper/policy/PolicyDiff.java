package io.floorkeeper.policy;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a change of policy means, in words: one line for each role, pin, tier and setting that is
 * not as it was. Pure.
 *
 * <p>A setting that has no words of its own here is told by its name, so that no change is silent.
 */
public final class PolicyDiff {
  private static final Set<String> TOLD_APART = Set.of("digest", "tiers", "roles", "pins");

  private PolicyDiff() {}

  /**
   * What changes.
   *
   * @param lines as people read them; empty: nothing that changes a decision
   * @param loosensPins whether requests may go to models that a pin kept from them before
   */
  public record Changes(List<String> lines, boolean loosensPins) {
    static final Changes NONE = new Changes(List.of(), false);

    public Changes {
      lines = List.copyOf(lines);
    }
  }

  /**
   * From one policy to another.
   *
   * @param knowledge what was learned of the arms; empty: unknown, as for two files
   */
  public static Changes between(Policy from, Policy to, Optional<ArmKnowledge> knowledge) {
    // What the catalogue says is no change of the policy.
    return changes(from.asWritten(), to.asWritten(), knowledge);
  }

  private static Changes changes(Policy from, Policy to, Optional<ArmKnowledge> knowledge) {
    List<String> pins = PinDiff.lines(from.pins(), to.pins());
    boolean loosened = pins.stream().anyMatch(line -> line.startsWith(PinDiff.LOUD));
    // What is dangerous stands first, whatever it is about.
    List<String> lines = new ArrayList<>(pins);
    lines.sort((a, b) -> Boolean.compare(b.startsWith(PinDiff.LOUD), a.startsWith(PinDiff.LOUD)));
    for (RecordComponent setting : Policy.class.getRecordComponents()) {
      if (!TOLD_APART.contains(setting.getName())) {
        lines.addAll(Words.changed(setting, from, to));
      }
    }
    lines.addAll(tiers(from, to));
    Set<String> roles = new LinkedHashSet<>(from.roles().keySet());
    roles.addAll(to.roles().keySet());
    RoleDiff diff = new RoleDiff(knowledge);
    for (String role : roles) {
      diff.line(role, from.roles().get(role), to.roles().get(role)).ifPresent(lines::add);
    }
    return new Changes(lines, loosened);
  }

  private static List<String> tiers(Policy from, Policy to) {
    List<String> lines = new ArrayList<>();
    List<String> before = from.tiers().stream().map(Tier::name).toList();
    List<String> after = to.tiers().stream().map(Tier::name).toList();
    if (!before.equals(after)) {
      lines.add("tiers: " + String.join(" < ", before) + " -> " + String.join(" < ", after));
    }
    Map<String, Model> old = models(from);
    Map<String, Model> fresh = models(to);
    old.keySet().stream()
        .filter(key -> !fresh.containsKey(key))
        .forEach(key -> lines.add("model " + key + " removed"));
    fresh.forEach(
        (key, model) -> {
          Model was = old.get(key);
          if (was == null) {
            lines.add(
                "model "
                    + key
                    + " added, "
                    + model.provider()
                    + ", "
                    + PriceWords.of(model.pricing()));
          } else if (!model(was, model).isEmpty()) {
            lines.add("model " + key + ": " + String.join("; ", model(was, model)));
          }
        });
    return lines;
  }

  private static List<String> model(Model was, Model now) {
    List<String> parts = new ArrayList<>();
    for (RecordComponent component : Model.class.getRecordComponents()) {
      if (component.getName().equals("pricing")) {
        parts.addAll(PriceWords.changed(was.pricing(), now.pricing()));
      } else if (component.getName().equals("price")) {
        continue; // follows from pricing
      } else {
        parts.addAll(Words.changed(component, was, now));
      }
    }
    return parts;
  }

  private static Map<String, Model> models(Policy policy) {
    Map<String, Model> models = new LinkedHashMap<>();
    policy
        .tiers()
        .forEach(tier -> tier.models().forEach(m -> models.put(tier.name() + "/" + m.name(), m)));
    return models;
  }
}
