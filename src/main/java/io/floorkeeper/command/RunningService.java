package io.floorkeeper.command;

import io.floorkeeper.access.SecurityMode;
import io.floorkeeper.platform.DatabaseGate;
import io.floorkeeper.platform.EmbeddedPlatform;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.config.Config;

/** The service once everything is up: says where everything is, and waits for the end. */
public final class RunningService implements QuarkusApplication {

  private final HttpServer http;
  private final Config config;
  private final DatabaseGate database;

  @Inject
  RunningService(HttpServer http, Config config, DatabaseGate database) {
    this.http = http;
    this.config = config;
    this.database = database;
  }

  /**
   * @param arguments the data folder; nothing when no part is embedded
   */
  @Override
  public int run(String... arguments) {
    awaitDatabase();
    System.out.println(banner(arguments.length == 0 ? "(nothing embedded)" : arguments[0]));
    if (!database.isOpen()) {
      System.out.println("The database is not in use yet; /route answers without it meanwhile.");
    }
    Quarkus.waitForExit();
    System.out.println("stopping");
    return 0;
  }

  /** In slices, so that a signal need not wait for a database that does not come. */
  private void awaitDatabase() {
    long endNanos = System.nanoTime() + DatabaseGate.PATIENCE.toNanos();
    boolean open = false;
    while (!open
        && !ApplicationLifecycleManager.isVmShuttingDown()
        && System.nanoTime() < endNanos) {
      open = database.awaitOpen(Duration.ofMillis(100));
    }
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
        "  access     " + access(setting(SecurityMode.SETTING)),
        "Stop it with Ctrl-C.",
        "");
  }

  private static String access(String mode) {
    return mode.equals(SecurityMode.KEYS.toString())
        ? "keys (make them with POST /keys or `floorkeeper keys create`)"
        : "nobody is asked (" + mode + ")";
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
