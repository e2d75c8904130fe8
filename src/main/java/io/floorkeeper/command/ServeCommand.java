package io.floorkeeper.command;

import io.floorkeeper.access.SecurityMode;
import io.floorkeeper.platform.DataFolder;
import io.floorkeeper.platform.EmbeddedPlatform;
import io.floorkeeper.platform.Loopback;
import io.floorkeeper.platform.Settings;
import io.floorkeeper.platform.StartRefusedException;
import io.floorkeeper.policy.InvalidPolicyException;
import io.floorkeeper.policy.PolicyFiles;
import io.floorkeeper.policy.PolicyPresets;
import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.util.ExceptionUtil;
import io.smallrye.config.ConfigValidationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Starts the embedded parts that no setting replaces, then the service, and stops them in the
 * opposite order. Every option is a shortcut for a setting, and stronger than it.
 */
@Command(
    name = "serve",
    description = {
      "Starts the service.",
      "Without QUARKUS_DATASOURCE_JDBC_URL it brings a PostgreSQL of its own, without"
          + " KAFKA_BOOTSTRAP_SERVERS a Kafka: both on 127.0.0.1, with their data in a folder that"
          + " survives restarts."
    },
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

  private static final String HTTP_PORT = "quarkus.http.port";
  private static final String HTTP_HOST = "quarkus.http.host";
  private static final String OTLP_ENDPOINT = "quarkus.otel.exporter.otlp.endpoint";
  private static final int DEFAULT_HTTP_PORT = 8080;

  @Option(names = "--port", paramLabel = "PORT", description = "HTTP port (default: 8080).")
  private Integer port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Address that HTTP listens on (default: 127.0.0.1).")
  private String host;

  @Option(
      names = "--data-folder",
      paramLabel = "FOLDER",
      description = "Where the embedded parts keep their data (default: .floorkeeper).")
  private Path dataFolder;

  @Option(
      names = "--policy",
      paramLabel = "FILE|PRESET",
      description = "The policy to start with: a file or folder, watched, or the name of a preset.")
  private String policy;

  @Option(names = "--demo", description = "Shows the service at work on generated traffic.")
  private boolean demo;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    applyOptions();
    Settings settings = Settings.ofProcess();
    Optional<InvalidPolicyException> unusable = unusablePolicy(settings);
    if (unusable.isPresent()) { // told before anything starts
      spec.commandLine().getErr().println(unusable.get().getMessage());
      return ExitCode.SOFTWARE;
    }
    set(SecurityMode.SETTING, SecurityMode.of(settings)); // or it refuses
    requireFreeHttpPort(settings);
    configureTracing(settings);
    // Until Quarkus configures logging, everything that logs is at its most talkative.
    Logger.getLogger("").setLevel(Level.INFO);
    OrderlyEnd end = OrderlyEnd.watched();
    try {
      return serve(settings, end);
    } catch (RuntimeException e) {
      if (end.isRequested()) {
        // A JVM that is ending refuses what a start needs; that is no failure to tell about.
        return ExitCode.OK;
      }
      throw e;
    } finally {
      end.reached();
    }
  }

  private int serve(Settings settings, OrderlyEnd end) {
    PrintWriter out = spec.commandLine().getOut();
    EmbeddedPlatform.Options options = EmbeddedPlatform.Options.of(settings, out::println);
    AtomicInteger exitCode = new AtomicInteger();
    try (EmbeddedPlatform platform =
        EmbeddedPlatform.start(DataFolder.configured(settings), options)) {
      platform.quarkusSettings().forEach(System::setProperty);
      if (!end.isRequested()) {
        Quarkus.run(
            RunningService.class,
            (code, failure) -> {
              exitCode.set(code);
              if (failure != null && !end.isRequested()) {
                report(failure);
              }
            },
            platform.folder().map(Path::toString).stream().toArray(String[]::new));
      }
    }
    return exitCode.get();
  }

  /** Quarkus leaves this to whoever gives it an exit handler. */
  private void report(Throwable failure) {
    Throwable root = ExceptionUtil.getRootCause(failure);
    PrintWriter err = spec.commandLine().getErr();
    if (root instanceof QuarkusBindException
        || root instanceof ConfigurationException
        || root instanceof ConfigValidationException
        || root instanceof PreventFurtherStepsException
        || root instanceof InvalidPolicyException
        || root instanceof StartRefusedException) {
      err.println(root.getMessage());
    } else {
      err.println("Floorkeeper did not start:");
      failure.printStackTrace(err);
    }
  }

  private static Optional<InvalidPolicyException> unusablePolicy(Settings settings) {
    Optional<String> file = settings.find("floorkeeper.policy.file");
    try {
      if (file.isPresent() && !file.get().isEmpty() && Files.isReadable(Path.of(file.get()))) {
        PolicyFiles.look(Path.of(file.get())).policy();
      }
      return Optional.empty();
    } catch (InvalidPolicyException e) {
      return Optional.of(e);
    } catch (IOException e) {
      return Optional.empty(); // the service's own loader tells it
    }
  }

  private void applyOptions() {
    set(HTTP_PORT, port);
    set(HTTP_HOST, host);
    set(DataFolder.SETTING, dataFolder);
    if (policy != null) {
      if (PolicyPresets.names().contains(policy)) {
        set("floorkeeper.policy.preset", policy);
        set("floorkeeper.policy.file", ""); // stronger than a file of the environment
      } else if (Files.isReadable(Path.of(policy))) {
        set("floorkeeper.policy.file", Path.of(policy).toAbsolutePath());
      } else {
        throw new ParameterException(
            spec.commandLine(),
            "Cannot read the policy "
                + policy
                + ": it is neither a file nor a preset, of which there are "
                + PolicyPresets.names());
      }
    }
    if (demo) {
      set("floorkeeper.demo.enabled", true);
    }
  }

  private static void set(String setting, Object value) {
    if (value != null) {
      System.setProperty(setting, value.toString());
    }
  }

  /**
   * Asked before anything starts: the embedded parts take seconds, a taken port is known at once.
   */
  private static void requireFreeHttpPort(Settings settings) {
    int wanted = settings.port(HTTP_PORT, DEFAULT_HTTP_PORT);
    Loopback.requireFree(
        settings.find(HTTP_HOST).orElse(Loopback.ADDRESS),
        wanted,
        "HTTP",
        "Choose another with --port PORT or QUARKUS_HTTP_PORT.");
  }

  /** Traces go out only where somebody said where to: nothing listens at the default endpoint. */
  private static void configureTracing(Settings settings) {
    Optional<String> own = settings.find(OTLP_ENDPOINT);
    Optional<String> common = settings.find("OTEL_EXPORTER_OTLP_ENDPOINT");
    if (own.isEmpty()) {
      common.ifPresent(endpoint -> set(OTLP_ENDPOINT, endpoint));
    }
    if (own.isPresent() || common.isPresent()) {
      set("floorkeeper.tracing.disabled", false);
    }
  }
}
