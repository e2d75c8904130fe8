package io.floorkeeper.command;

import io.floorkeeper.platform.EmbeddedPlatform;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import org.eclipse.microprofile.config.Config;

/** The service once everything is up: says where everything is, and waits for the end. */
public final class RunningService implements QuarkusApplication {

  private final HttpServer http;
  private final Config config;

  @Inject
  RunningService(HttpServer http, Config config) {
    this.http = http;
    this.config = config;
  }

  /**
   * @param arguments the data folder; nothing when no part is embedded
   */
  @Override
  public int run(String... arguments) {
    System.out.println(banner(arguments.length == 0 ? "(nothing embedded)" : arguments[0]));
    Quarkus.waitForExit();
    System.out.println("stopping");
    return 0;
  }

  private String banner(String dataFolder) {
    String host = config.getValue("quarkus.http.host", String.class);
    String base = "http://" + (host.equals("0.0.0.0") ? "127.0.0.1" : host) + ":" + http.getPort();
    return String.join(
        System.lineSeparator(),
        "",
        "Floorkeeper is ready: " + base,
        "  route      POST " + base + "/route",
        "  roles      " + base + "/roles",
        "  health     " + base + "/q/health",
        "  metrics    " + base + "/q/metrics",
        "  OpenAPI    " + base + "/q/openapi",
        "  PostgreSQL " + withoutParameters(setting(EmbeddedPlatform.JDBC_URL)),
        "  Kafka      " + setting(EmbeddedPlatform.BOOTSTRAP_SERVERS),
        "  data       " + dataFolder,
        "Stop it with Ctrl-C.",
        "");
  }

  private String setting(String name) {
    return config.getOptionalValue(name, String.class).orElse("(not set)");
  }

  /** The parameters of a JDBC URL may hold a password. */
  private static String withoutParameters(String jdbcUrl) {
    int parameters = jdbcUrl.indexOf('?');
    return parameters < 0 ? jdbcUrl : jdbcUrl.substring(0, parameters);
  }
}
