package io.floorkeeper.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class SettingsTest {

  private static final Properties NONE = new Properties();

  @Test
  void theOrderOfThePlacesIsThatOfQuarkus() {
    Settings settings =
        Settings.of(
            properties("a.b", "system"),
            Map.of("A_B", "environment", "A_C", "environment"),
            properties("A_C", "env file", "A_D", "env file"),
            properties("a.d", "config folder", "a.e", "config folder"),
            properties("a.e", "jar", "a.f", "jar"));

    assertThat(settings.find("a.b")).contains("system");
    assertThat(settings.find("a.c")).contains("environment");
    assertThat(settings.find("a.d")).contains("env file");
    assertThat(settings.find("a.e")).contains("config folder");
    assertThat(settings.find("a.f")).contains("jar");
    assertThat(settings.find("a.g")).isEmpty();
  }

  @Test
  void anEmptyValueIsNoValue() {
    Settings settings = Settings.of(NONE, Map.of("KAFKA_BOOTSTRAP_SERVERS", " "), NONE, NONE, NONE);

    assertThat(settings.find("kafka.bootstrap.servers")).isEmpty();
  }

  @Test
  void aPortThatIsNoneIsRefusedByName() {
    for (String value : new String[] {"http", "-1", "65536", "99999999999"}) {
      Settings settings = of("floorkeeper.embedded.kafka-port", value);

      assertThatThrownBy(() -> settings.port("floorkeeper.embedded.kafka-port", 1))
          .isInstanceOf(StartRefusedException.class)
          .hasMessageContaining("floorkeeper.embedded.kafka-port is \"" + value + "\"");
    }
  }

  @Test
  void withoutSettingsBothPartsAreEmbedded() {
    EmbeddedPlatform.Options options = options(of());

    assertThat(options.postgres()).isTrue();
    assertThat(options.kafka()).isTrue();
    assertThat(options.postgresPort()).isEqualTo(15432);
    assertThat(options.kafkaPort()).isEqualTo(19092);
    assertThat(options.kafkaControllerPort()).isEqualTo(19093);
  }

  @Test
  void eachPartIsReplacedOnItsOwn() {
    EmbeddedPlatform.Options ownPostgres =
        options(
            Settings.of(
                NONE,
                Map.of("QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://db/floorkeeper"),
                NONE,
                NONE,
                NONE));
    EmbeddedPlatform.Options ownKafka = options(of("kafka.bootstrap.servers", "kafka:9092"));

    assertThat(ownPostgres.postgres()).isFalse();
    assertThat(ownPostgres.kafka()).isTrue();
    assertThat(ownKafka.postgres()).isTrue();
    assertThat(ownKafka.kafka()).isFalse();
  }

  @Test
  void theControllerListensBesideTheBrokerUnlessToldOtherwise() {
    assertThat(options(of(EmbeddedPlatform.KAFKA_PORT, "4000")).kafkaControllerPort())
        .isEqualTo(4001);
    assertThat(options(of(EmbeddedPlatform.KAFKA_PORT, "0")).kafkaControllerPort()).isZero();
    assertThat(options(of(EmbeddedPlatform.KAFKA_PORT, "65535")).kafkaControllerPort()).isZero();
    assertThat(options(of(EmbeddedPlatform.KAFKA_CONTROLLER_PORT, "5")).kafkaControllerPort())
        .isEqualTo(5);
  }

  private static EmbeddedPlatform.Options options(Settings settings) {
    return EmbeddedPlatform.Options.of(settings, line -> {});
  }

  private static Settings of(String... namesAndValues) {
    return Settings.of(properties(namesAndValues), Map.of(), NONE, NONE, NONE);
  }

  private static Properties properties(String... namesAndValues) {
    Properties properties = new Properties();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      properties.setProperty(namesAndValues[i], namesAndValues[i + 1]);
    }
    return properties;
  }
}
