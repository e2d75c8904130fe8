package io.floorkeeper.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;

/**
 * What the process was told before Quarkus runs. The places and their order are those of Quarkus,
 * so that a setting means the same here and there: system property, environment variable, {@code
 * .env}, {@code config/application.properties}, the {@code application.properties} of the jar. An
 * empty value counts as not set. Profiles and {@code ${...}} expressions are not read here: none of
 * the settings asked for in this package needs them.
 */
public final class Settings {

  /** The key that our own commands show to a service: environment variable FLOORKEEPER_API_KEY. */
  public static final String API_KEY = "floorkeeper.api-key";

  private final List<Function<String, String>> sources;

  private Settings(List<Function<String, String>> sources) {
    this.sources = sources;
  }

  /** The settings of this process. */
  public static Settings ofProcess() {
    Path here = Path.of("").toAbsolutePath();
    return of(
        System.getProperties(),
        System.getenv(),
        read(here.resolve(".env")),
        read(here.resolve("config").resolve("application.properties")),
        readFromJar());
  }

  /** Settings from environment variables alone. */
  public static Settings ofEnvironment(Map<String, String> environment) {
    Properties none = new Properties();
    return of(none, environment, none, none, none);
  }

  /** Settings from the given places, the strongest first. */
  static Settings of(
      Properties system,
      Map<String, String> environment,
      Properties dotEnv,
      Properties configFolder,
      Properties jar) {
    return new Settings(
        List.of(
            system::getProperty,
            name -> environment.get(environmentName(name)),
            name -> dotEnv.getProperty(environmentName(name), dotEnv.getProperty(name)),
            configFolder::getProperty,
            jar::getProperty));
  }

  /** The value of a setting, if it has one. */
  public Optional<String> find(String name) {
    return sources.stream()
        .map(source -> source.apply(name))
        .filter(value -> value != null && !value.isBlank())
        .map(String::strip)
        .findFirst();
  }

  /** A port number, 0 to 65535. */
  public int port(String name, int otherwise) {
    Optional<String> value = find(name);
    if (value.isEmpty()) {
      return otherwise;
    }
    try {
      int port = Integer.parseInt(value.get());
      if (port >= 0 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // answered below, like a number out of range
    }
    throw new StartRefusedException(
        name + " is \"" + value.get() + "\": it must be a port number from 0 to 65535.");
  }

  /**
   * {@code kafka.bootstrap.servers} as an environment variable: {@code KAFKA_BOOTSTRAP_SERVERS}.
   */
  static String environmentName(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }

  private static Properties read(Path file) {
    Properties properties = new Properties();
    if (Files.isReadable(file) && Files.isRegularFile(file)) {
      try (InputStream in = Files.newInputStream(file)) {
        properties.load(in);
      } catch (IOException | IllegalArgumentException e) {
        throw new StartRefusedException("Cannot read " + file + ": " + e.getMessage(), e);
      }
    }
    return properties;
  }

  private static Properties readFromJar() {
    Properties properties = new Properties();
    try (InputStream in = Settings.class.getResourceAsStream("/application.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
