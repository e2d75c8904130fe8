package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.platform.KafkaSettings;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** How settings become properties of Kafka's clients. */
class KafkaSettingsTest {
  private static final int ENVIRONMENT = 300;
  private static final int SYSTEM_PROPERTIES = 400;

  @Test
  void aSettingIsThePropertyOfItsName() {
    // When
    Properties properties =
        settings(
                Map.of(),
                Map.of("kafka.bootstrap.servers", "a:1", "kafka.security.protocol", "SSL"))
            .common();
    // Then
    assertThat(properties)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("bootstrap.servers", "a:1", "security.protocol", "SSL"));
  }

  @Test
  void anEnvironmentVariableIsThePropertyOfItsName() {
    // When
    KafkaSettings settings =
        settings(
            Map.of("KAFKA_BOOTSTRAP_SERVERS", "a:1", "KAFKA_SSL_TRUSTSTORE_LOCATION", "/t"),
            Map.of());
    // Then
    assertThat(settings.common())
        .containsEntry("bootstrap.servers", "a:1")
        .containsEntry("ssl.truststore.location", "/t");
    assertThat(settings.bootstrapServers()).isEqualTo("a:1");
  }

  @Test
  void whatIsNoSettingOfKafkaIsLeftOut() {
    // When
    Properties properties =
        settings(
                Map.of("KAFKAESQUE", "x", "MY_KAFKA_HOME", "y"),
                Map.of("kafkaesque", "x", "floorkeeper.kafka.port", "1"))
            .common();
    // Then
    assertThat(properties).isEmpty();
  }

  @Test
  void theStrongerOfTwoSourcesWinsForEveryClient() {
    // Given: the command line says otherwise than the environment
    KafkaSettings settings =
        settings(
            Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", "env:1",
                "KAFKA_SECURITY_PROTOCOL", "SSL",
                "KAFKA_CLIENT_RACK", "env",
                "KAFKA_SASL_MECHANISM", "PLAIN"),
            Map.of(
                "kafka.bootstrap.servers", "cli:1",
                "kafka.security.protocol", "PLAINTEXT",
                "kafka.client.rack", "cli",
                "kafka.sasl.mechanism", "GSSAPI"));
    // Then
    assertThat(settings.bootstrapServers()).isEqualTo("cli:1");
    assertThat(settings.common())
        .containsEntry("bootstrap.servers", "cli:1")
        .containsEntry("security.protocol", "PLAINTEXT")
        .containsEntry("client.rack", "cli")
        .containsEntry("sasl.mechanism", "GSSAPI");
  }

  @Test
  void eachCallGivesACopy() {
    // Given
    KafkaSettings settings = settings(Map.of(), Map.of("kafka.bootstrap.servers", "a:1"));
    // When
    settings.common().put("group.id", "mine");
    // Then
    assertThat(settings.common()).doesNotContainKey("group.id");
  }

  private static KafkaSettings settings(
      Map<String, String> environment, Map<String, String> system) {
    return StreamParts.kafka(
        new SmallRyeConfigBuilder()
            .withSources(
                new EnvConfigSource(environment, ENVIRONMENT),
                new PropertiesConfigSource(system, "system properties", SYSTEM_PROPERTIES))
            .build());
  }
}
