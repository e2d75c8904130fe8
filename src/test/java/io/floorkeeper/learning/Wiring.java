package io.floorkeeper.learning;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.inject.Inject;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Puts the service's own parts together by their constructors, as the framework does: one of each.
 * Rooms keep their constructors to themselves, hence by reflection.
 */
final class Wiring {
  private final Map<Class<?>, Object> parts = new HashMap<>();
  private final Map<String, String> settings;

  Wiring(Map<String, String> settings) {
    this.settings = settings;
  }

  /** From now on this is the part of its class. */
  <T> T with(Class<T> type, T part) {
    parts.put(type, part);
    return part;
  }

  <T> T get(Class<T> type) {
    Object known = parts.get(type);
    if (known == null) {
      known = type.isAnnotationPresent(ConfigMapping.class) ? mapped(type) : constructed(type);
      parts.put(type, known);
    }
    return type.cast(known);
  }

  private Object mapped(Class<?> type) {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(type)
            .withSources(new PropertiesConfigSource(settings, "test", 100))
            .build();
    return config.getConfigMapping(type);
  }

  private Object constructed(Class<?> type) {
    if (!type.getName().startsWith("io.floorkeeper.")) {
      throw new AssertionError("nobody has given a " + type.getName());
    }
    Constructor<?>[] all = type.getDeclaredConstructors();
    Constructor<?> chosen =
        Arrays.stream(all)
            .filter(c -> c.isAnnotationPresent(Inject.class))
            .findFirst()
            .orElse(all[0]);
    chosen.setAccessible(true);
    try {
      return chosen.newInstance(Arrays.stream(chosen.getParameterTypes()).map(this::get).toArray());
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("no " + type.getSimpleName() + " can be made", e);
    }
  }
}
