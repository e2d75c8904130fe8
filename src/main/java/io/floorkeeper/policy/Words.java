package io.floorkeeper.policy;

import io.floorkeeper.bandit.HoldoutShare;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Values of a policy as people read them. */
final class Words {
  private Words() {}

  /** "holdout_share 0 -> 0.05", or nothing where the component is as it was. */
  static List<String> changed(RecordComponent component, Record from, Record to) {
    Object before = value(component, from);
    Object after = value(component, to);
    return Objects.equals(before, after)
        ? List.of()
        : List.of(name(component) + " " + of(before) + " -> " + of(after));
  }

  static Object value(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " of a policy cannot be read", e);
    }
  }

  /** {@code holdoutShare} as documents write it. */
  static String name(RecordComponent component) {
    return component.getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }

  static String of(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.map(Words::of).orElse("none");
    }
    if (value instanceof BigDecimal number) {
      return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
    if (value instanceof Double number) {
      return of(BigDecimal.valueOf(number));
    }
    if (value instanceof HoldoutShare share) {
      return share instanceof HoldoutShare.Fixed fixed
          ? fixed.share() == 0 ? "none" : of(fixed.share())
          : "auto";
    }
    if (value instanceof Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT);
    }
    if (value instanceof Collection<?> collection) {
      List<String> items = collection.stream().map(Words::of).toList();
      return items.isEmpty() ? "none" : "[" + String.join(", ", items) + "]";
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, String> sorted = new TreeMap<>();
      map.forEach((key, of) -> sorted.put(of(key), of(of)));
      return sorted.isEmpty() ? "none" : sorted.toString();
    }
    if (value instanceof Arm arm) {
      return arm.key();
    }
    if (value instanceof Record record) {
      List<String> parts = new ArrayList<>();
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        parts.add(name(component) + " " + of(value(component, record)));
      }
      return "(" + String.join(", ", parts) + ")";
    }
    return String.valueOf(value);
  }
}
