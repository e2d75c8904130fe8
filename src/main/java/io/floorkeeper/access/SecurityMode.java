package io.floorkeeper.access;

import io.floorkeeper.platform.EmbeddedPlatform;
import io.floorkeeper.platform.Loopback;
import io.floorkeeper.platform.Settings;
import io.floorkeeper.platform.StartRefusedException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whether callers must show a key. Settled before anything starts: production, which is a database
 * or a broker of your own or an address that others reach, does not start without keys unless it is
 * told so by name.
 */
public enum SecurityMode {
  /** Every endpoint wants a key with its scope. */
  KEYS("keys"),
  /** Nobody is asked, and only this machine reaches us: the default of the embedded parts. */
  NONE_LOOPBACK("none-loopback"),
  /** Nobody is asked, wherever we are reached from; somebody has said that they know. */
  NONE_I_KNOW("none-i-know");

  public static final String SETTING = "floorkeeper.security.mode";
  static final String BOOTSTRAP_KEY = "floorkeeper.security.bootstrap-key";
  static final String BOOTSTRAP_KEY_FILE = "floorkeeper.security.bootstrap-key-file";
  private static final String HTTP_HOST = "quarkus.http.host";
  private static final List<String> TRUSTED_HEADERS =
      List.of("floorkeeper.security.tenant-header", "floorkeeper.security.data-class-header");

  private final String word;

  SecurityMode(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }

  /**
   * The mode that the settings say, or that their absence means.
   *
   * @throws StartRefusedException where they contradict one another, or leave production open
   */
  public static SecurityMode of(Settings settings) {
    List<String> production = production(settings);
    boolean bootstrap =
        settings.find(BOOTSTRAP_KEY).isPresent() || settings.find(BOOTSTRAP_KEY_FILE).isPresent();
    Optional<String> said = settings.find(SETTING);
    SecurityMode mode;
    if (said.isPresent()) {
      mode = parse(said.get());
    } else if (bootstrap) {
      mode = KEYS; // whoever brings a first key wants keys
    } else if (production.isEmpty()) {
      mode = NONE_LOOPBACK;
    } else {
      throw refused(production, SETTING + " is not set");
    }
    if (mode == NONE_LOOPBACK && !production.isEmpty()) {
      throw refused(production, SETTING + " is " + NONE_LOOPBACK);
    }
    for (String header : TRUSTED_HEADERS) {
      if (mode != KEYS && settings.find(header).isPresent()) {
        throw new StartRefusedException(
            header
                + " is set, and "
                + SETTING
                + " is "
                + mode
                + ": without keys nobody can be trusted to set that header.\nSet "
                + SETTING
                + "=keys, or leave the header out.");
      }
    }
    if (bootstrap) {
      BootstrapKey.of(
          settings.find(BOOTSTRAP_KEY), settings.find(BOOTSTRAP_KEY_FILE).map(Path::of));
    }
    return mode;
  }

  /** The mode of this name. */
  static SecurityMode parse(String name) {
    return Arrays.stream(values())
        .filter(mode -> mode.word.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new StartRefusedException(
                    SETTING
                        + " is \""
                        + name
                        + "\": it must be one of keys, none-loopback, none-i-know."));
  }

  /** What makes this an installation that others depend on; empty: a trial on one machine. */
  private static List<String> production(Settings settings) {
    List<String> signs = new ArrayList<>();
    if (settings.find(EmbeddedPlatform.JDBC_URL).isPresent()) {
      signs.add("a database of your own (" + EmbeddedPlatform.JDBC_URL + ")");
    }
    if (settings.find(EmbeddedPlatform.BOOTSTRAP_SERVERS).isPresent()) {
      signs.add("a broker of your own (" + EmbeddedPlatform.BOOTSTRAP_SERVERS + ")");
    }
    String host = settings.find(HTTP_HOST).orElse(Loopback.ADDRESS);
    if (!isLoopback(host)) {
      signs.add("HTTP on " + host + " (" + HTTP_HOST + ")");
    }
    return signs;
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // what nobody knows may be anything
    }
  }

  private static StartRefusedException refused(List<String> production, String what) {
    return new StartRefusedException(
        String.join(
            System.lineSeparator(),
            "Floorkeeper does not start without authentication here: " + what + ", and there is",
            "  " + String.join(System.lineSeparator() + "  ", production),
            "Set FLOORKEEPER_SECURITY_MODE (" + SETTING + ") to one of",
            "  keys          callers show API keys. The first one: put FLOORKEEPER_SECURITY_BOOTSTRAP_KEY",
            "                (or ..._KEY_FILE) to fk_first_$(openssl rand -hex 32), or run",
            "                `floorkeeper keys create` beside the database",
            "  none-i-know   whoever reaches the port may do everything"));
  }
}
