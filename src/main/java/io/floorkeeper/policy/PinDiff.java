package io.floorkeeper.policy;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What becomes of the pins; loud where requests may now go where a pin did not let them. */
final class PinDiff {
  /** What a loud line starts with. */
  static final String LOUD = "PIN LOOSENED: ";

  private static final Set<String> CONDITIONS = Set.of("role", "dataClass", "tenant", "tags");

  private PinDiff() {}

  static List<String> lines(List<Pin> from, List<Pin> to) {
    Map<String, Pin> before = byName(from);
    Map<String, Pin> after = byName(to);
    List<String> lines = new ArrayList<>();
    before.forEach(
        (name, pin) -> {
          if (!after.containsKey(name)) {
            lines.add(LOUD + "pin " + name + " removed (" + told(pin) + ")");
          }
        });
    after.forEach(
        (name, pin) -> {
          if (!before.containsKey(name)) {
            lines.add("pin " + name + " added: " + told(pin));
          } else if (!before.get(name).equals(pin)) {
            lines.add(changed(before.get(name), pin));
          }
        });
    return lines;
  }

  /** Names of the pins that are removed or let requests go where they did not. */
  static List<String> loosened(List<Pin> from, List<Pin> to) {
    return from.stream()
        .filter(
            pin ->
                lines(
                        List.of(pin),
                        to.stream().filter(other -> other.name().equals(pin.name())).toList())
                    .stream()
                    .anyMatch(line -> line.startsWith(LOUD)))
        .map(Pin::name)
        .toList();
  }

  private static String changed(Pin was, Pin now) {
    Set<String> more = new TreeSet<>(now.models());
    more.removeAll(was.models());
    Set<String> fewer = new TreeSet<>(was.models());
    fewer.removeAll(now.models());
    List<String> parts = new ArrayList<>();
    if (!more.isEmpty()) {
      parts.add("allows " + String.join(", ", more) + " as well");
    }
    if (!fewer.isEmpty()) {
      parts.add("no longer allows " + String.join(", ", fewer));
    }
    boolean others = false;
    for (RecordComponent component : Pin.class.getRecordComponents()) {
      if (!component.getName().equals("models")) {
        List<String> change = Words.changed(component, was, now);
        others |= !change.isEmpty() && !isOnlyWider(component, was, now);
        parts.addAll(change);
      }
    }
    // Of a request that matched before and may not now, nobody can tell from the pin alone.
    boolean loosened = !more.isEmpty() || others;
    return (loosened ? LOUD : "pin tightened: ") + now.name() + ": " + String.join("; ", parts);
  }

  /** A condition that is dropped makes the pin match more requests: that only tightens. */
  private static boolean isOnlyWider(RecordComponent component, Pin was, Pin now) {
    if (!CONDITIONS.contains(component.getName())) {
      return false;
    }
    Object after = Words.value(component, now);
    if (after instanceof Map<?, ?> tags) {
      return was.tags().entrySet().containsAll(tags.entrySet());
    }
    return Words.of(after).equals("none");
  }

  private static Map<String, Pin> byName(List<Pin> pins) {
    Map<String, Pin> byName = new LinkedHashMap<>();
    pins.forEach(pin -> byName.put(pin.name(), pin));
    return byName;
  }

  private static String told(Pin pin) {
    List<String> conditions = new ArrayList<>();
    pin.role().ifPresent(role -> conditions.add("role " + role));
    pin.dataClass().ifPresent(dataClass -> conditions.add("data class " + dataClass));
    pin.tenant().ifPresent(tenant -> conditions.add("tenant " + tenant));
    if (!pin.tags().isEmpty()) {
      conditions.add("tags " + Words.of(pin.tags()));
    }
    return String.join(", ", conditions) + " -> " + String.join(", ", new TreeSet<>(pin.models()));
  }
}
