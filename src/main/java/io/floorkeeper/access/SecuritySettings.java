package io.floorkeeper.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** {@code floorkeeper.security.*}: who must show what. */
@ConfigMapping(prefix = "floorkeeper.security")
public interface SecuritySettings {

  /** One of {@code keys}, {@code none-loopback}, {@code none-i-know}; {@code serve} settles it. */
  @WithDefault("keys")
  String mode();

  /** The first key: entered once, where the table does not know its id. */
  Optional<String> bootstrapKey();

  /** The file that holds it, for those who mount secrets. */
  Optional<Path> bootstrapKeyFile();

  /** How often keys are looked after: revoked ones are dead everywhere after at most this. */
  @WithDefault("PT0.25S")
  Duration pollInterval();

  /**
   * The header in which a gateway says for which tenant it asks; believed from keys that are bound
   * to no tenant. Off where it is not set.
   */
  Optional<String> tenantHeader();

  /** The same for the data class. */
  Optional<String> dataClassHeader();

  /** What {@code /q/*} wants: health, metrics, the interface description. */
  @WithDefault("open")
  Management management();

  /** Who may see the management paths; liveness and readiness are always open. */
  enum Management {
    OPEN,
    /** Keys with scope read that are bound to no tenant. */
    KEYS
  }
}
