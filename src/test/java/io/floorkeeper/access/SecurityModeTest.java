package io.floorkeeper.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.platform.Settings;
import io.floorkeeper.platform.StartRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a start is refused for want of keys, and what it says. */
class SecurityModeTest {
  private static final Map<String, String> DATABASE =
      Map.of("QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://db/floorkeeper");
  private static final Map<String, String> BROKER = Map.of("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092");
  private static final Map<String, String> REACHABLE = Map.of("QUARKUS_HTTP_HOST", "0.0.0.0");

  @Test
  void aTrialOnOneMachineAsksNobody() {
    assertThat(mode(Map.of())).isEqualTo(SecurityMode.NONE_LOOPBACK);
    assertThat(mode(Map.of("QUARKUS_HTTP_HOST", "localhost")))
        .isEqualTo(SecurityMode.NONE_LOOPBACK);
    assertThat(mode(Map.of("QUARKUS_HTTP_HOST", "::1"))).isEqualTo(SecurityMode.NONE_LOOPBACK);
  }

  @Test
  void productionDoesNotStartUnlessItIsToldHow() {
    refused(DATABASE, "quarkus.datasource.jdbc.url");
    refused(BROKER, "kafka.bootstrap.servers");
    refused(REACHABLE, "quarkus.http.host");
    for (Map<String, String> production : java.util.List.of(DATABASE, BROKER, REACHABLE)) {
      refused(with(production, "none-loopback"), "floorkeeper.security.mode is none-loopback");
      assertThat(mode(with(production, "keys"))).isEqualTo(SecurityMode.KEYS);
      assertThat(mode(with(production, "none-i-know"))).isEqualTo(SecurityMode.NONE_I_KNOW);
    }
  }

  @Test
  void whoBringsAFirstKeyWantsKeys(@TempDir Path folder) throws IOException {
    Map<String, String> settings = new HashMap<>(DATABASE);
    Path file = Files.writeString(folder.resolve("first"), ApiKey.fresh() + "\n");
    settings.put("FLOORKEEPER_SECURITY_BOOTSTRAP_KEY_FILE", file.toString());

    assertThat(mode(settings)).isEqualTo(SecurityMode.KEYS);
  }

  @Test
  void aHeaderIsTrustedFromKnownCallersOnly() {
    assertThatThrownBy(() -> mode(Map.of("FLOORKEEPER_SECURITY_TENANT_HEADER", "X-Tenant")))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("floorkeeper.security.tenant-header");
    assertThat(mode(with(Map.of("FLOORKEEPER_SECURITY_DATA_CLASS_HEADER", "X-Data-Class"), "keys")))
        .isEqualTo(SecurityMode.KEYS);
  }

  @Test
  void aModeThatThereIsNotIsRefusedByName() {
    assertThatThrownBy(() -> mode(with(Map.of(), "none")))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("\"none\"")
        .hasMessageContaining("keys, none-loopback, none-i-know");
  }

  private static void refused(Map<String, String> environment, String named) {
    assertThatThrownBy(() -> mode(environment))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining(named)
        .hasMessageContaining("FLOORKEEPER_SECURITY_MODE")
        .hasMessageContaining("FLOORKEEPER_SECURITY_BOOTSTRAP_KEY")
        .hasMessageContaining("none-i-know");
  }

  private static Map<String, String> with(Map<String, String> environment, String mode) {
    Map<String, String> more = new HashMap<>(environment);
    more.put("FLOORKEEPER_SECURITY_MODE", mode);
    return more;
  }

  private static SecurityMode mode(Map<String, String> environment) {
    return SecurityMode.of(Settings.ofEnvironment(environment));
  }
}
