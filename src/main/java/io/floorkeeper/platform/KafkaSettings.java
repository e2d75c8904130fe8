package io.floorkeeper.platform;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import java.util.Properties;
import org.eclipse.microprofile.config.Config;

/**
 * What every Kafka client of the service starts from: each setting {@code kafka.*} (environment:
 * {@code KAFKA_*}) becomes the client's property of that name, so brokers with TLS or SASL need no
 * setting of ours.
 */
@ApplicationScoped
public class KafkaSettings {
  private static final String PREFIX = "kafka.";
  private static final String ENVIRONMENT_PREFIX = "KAFKA_";

  private final Config config;

  KafkaSettings(Config config) {
    this.config = config;
  }

  /** A copy of the common client properties. */
  public Properties common() {
    Properties properties = new Properties();
    for (String name : config.getPropertyNames()) {
      String property =
          name.startsWith(ENVIRONMENT_PREFIX)
              ? name.substring(ENVIRONMENT_PREFIX.length())
                  .toLowerCase(Locale.ROOT)
                  .replace('_', '.')
              : name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : null;
      if (property != null) {
        // Under one name, so that of two sources the stronger wins however each of them spells it.
        config
            .getOptionalValue(PREFIX + property, String.class)
            .ifPresent(v -> properties.put(property, v));
      }
    }
    return properties;
  }

  public String bootstrapServers() {
    return config.getValue("kafka.bootstrap.servers", String.class);
  }
}
