package io.floorkeeper.policy;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What becomes of a role, in one line, and what of its arms' evidence stays. */
final class RoleDiff {
  /** Shorter words than the components' names, as people say them. */
  private static final Map<String, String> SHORT =
      Map.of(
          "presetTier", "preset",
          "graduationMinTraces", "graduation.min_traces",
          "expectedInputTokens", "expected_tokens.input",
          "expectedOutputTokens", "expected_tokens.output");

  private final Optional<ArmKnowledge> knowledge;

  /**
   * @param knowledge of what was learned; empty: unknown
   */
  RoleDiff(Optional<ArmKnowledge> knowledge) {
    this.knowledge = knowledge;
  }

  /** Empty where nothing changes. Null stands for a role that is not there. */
  Optional<String> line(String name, RolePolicy from, RolePolicy to) {
    if (from == null) {
      return Optional.of("role " + name + " added: " + told(to) + arms(name, List.of(), to));
    }
    if (to == null) {
      return Optional.of(
          "role " + name + " removed; what was learned stays and counts again if it returns");
    }
    if (from.equals(to)) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    for (RecordComponent component : RolePolicy.class.getRecordComponents()) {
      parts.addAll(part(component, from, to));
    }
    if (parts.isEmpty()) { // the prices or names of its models, which stand in lines of their own
      return Optional.empty();
    }
    return Optional.of(name + ": " + String.join("; ", parts) + arms(name, from.candidates(), to));
  }

  private static String told(RolePolicy role) {
    return Words.of(role.strategy())
        + (role.strategy() == RolePolicy.Strategy.LEARN
            ? ", learning " + Words.of(role.learning())
            : "")
        + ", preset "
        + role.presetTier()
        + ", floor "
        + floor(role.floor());
  }

  private static List<String> part(RecordComponent component, RolePolicy from, RolePolicy to) {
    Object before = Words.value(component, from);
    Object after = Words.value(component, to);
    if (Objects.equals(before, after)) {
      return List.of();
    }
    return switch (component.getName()) {
      case "name" -> List.of();
      case "floor" -> floorParts(from.floor(), to.floor());
      case "ceiling" -> ceilingParts(from.ceiling(), to.ceiling());
      case "candidates" -> candidateParts(from, to);
      case "escalation" ->
          List.of(
              "ladder changed: "
                  + ladder(from)
                  + " -> "
                  + ladder(to)
                  + ", first-pass sums kept, chains start anew");
      case "evaluations" ->
          List.of(
              "evaluations "
                  + Words.of(before)
                  + " -> "
                  + Words.of(after)
                  + ", labels to come are read so, those learned stay");
      // They follow the candidates where nobody sets them.
      case "priorMeans" ->
          keys(from.candidates()).equals(keys(to.candidates()))
              ? Words.changed(component, from, to)
              : List.of();
      default ->
          List.of(
              SHORT.getOrDefault(component.getName(), Words.name(component))
                  + " "
                  + Words.of(before)
                  + " -> "
                  + Words.of(after));
    };
  }

  private static List<String> floorParts(Optional<QualityFloor> from, Optional<QualityFloor> to) {
    List<String> parts = new ArrayList<>();
    if (!floor(from).equals(floor(to))) {
      parts.add("floor " + floor(from) + " -> " + floor(to));
    }
    if (from.isPresent() && to.isPresent()) {
      for (RecordComponent component : QualityFloor.class.getRecordComponents()) {
        if (!Set.of("kind", "value").contains(component.getName())) {
          Words.changed(component, from.get(), to.get()).forEach(x -> parts.add("floor." + x));
        }
      }
    }
    return parts;
  }

  private static String floor(Optional<QualityFloor> floor) {
    return floor
        .map(
            f ->
                Words.of(f.value())
                    + (f.kind() == QualityFloor.Kind.RELATIVE_TO_REFERENCE
                        ? " of the reference"
                        : ""))
        .orElse("none");
  }

  private static List<String> ceilingParts(CostCeiling from, CostCeiling to) {
    List<String> parts = new ArrayList<>();
    for (RecordComponent component : CostCeiling.class.getRecordComponents()) {
      Words.changed(component, from, to).forEach(x -> parts.add("ceiling." + x));
    }
    return parts;
  }

  private static List<String> candidateParts(RolePolicy from, RolePolicy to) {
    Set<String> before = keys(from.candidates());
    Set<String> after = keys(to.candidates());
    List<String> parts = new ArrayList<>();
    before.stream()
        .filter(k -> !after.contains(k))
        .forEach(k -> parts.add("candidate " + k + " removed"));
    after.stream()
        .filter(k -> !before.contains(k))
        .forEach(k -> parts.add("candidate " + k + " added"));
    if (before.equals(after) && !List.copyOf(before).equals(List.copyOf(after))) {
      parts.add("candidates in another order");
    }
    return parts; // else their models' prices or names changed, and the models' lines say it
  }

  private static String ladder(RolePolicy role) {
    return role.escalation().isEmpty() ? "none" : String.join(" > ", role.escalation());
  }

  /** "; 3 posteriors kept, 1 new from its tier's prior". */
  private String arms(String role, List<Arm> from, RolePolicy to) {
    Set<String> before = keys(from);
    int kept = 0;
    int fresh = 0;
    int returning = 0;
    for (String key : keys(to.candidates())) {
      boolean known = knowledge.map(k -> k.isKnown(role, key)).orElse(before.contains(key));
      if (!known) {
        fresh += before.contains(key) ? 0 : 1;
      } else if (before.contains(key)) {
        kept++;
      } else {
        returning++;
      }
    }
    String thing = knowledge.isPresent() ? "posterior" : "arm";
    List<String> parts = new ArrayList<>();
    if (kept > 0) {
      parts.add(counted(kept, thing) + " kept");
    }
    if (returning > 0) {
      parts.add(returning + " back with what it had learned");
    }
    if (fresh > 0) {
      parts.add(fresh + " new from its tier's prior");
    }
    return parts.isEmpty() ? "" : "; " + String.join(", ", parts);
  }

  private static String counted(int count, String thing) {
    return count + " " + thing + (count == 1 ? "" : "s");
  }

  private static Set<String> keys(List<Arm> arms) {
    return arms.stream()
        .map(Arm::key)
        .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
  }
}
