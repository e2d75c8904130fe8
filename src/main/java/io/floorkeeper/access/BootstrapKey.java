package io.floorkeeper.access;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.StartRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The first key, as the settings bring it. Good for everything, so that it can make the others; it
 * is entered where the table does not know its id, and from then on a key like any: once revoked it
 * stays so, whatever the settings still say.
 */
final class BootstrapKey {
  private static final Logger LOG = Logger.getLogger(BootstrapKey.class);

  private BootstrapKey() {}

  /**
   * @throws StartRefusedException where a setting names no key, or both name one
   */
  static Optional<String> of(SecuritySettings settings) {
    return of(settings.bootstrapKey(), settings.bootstrapKeyFile());
  }

  static Optional<String> of(Optional<String> key, Optional<Path> file) {
    if (key.isPresent() && file.isPresent()) {
      throw new StartRefusedException(
          "There are two first keys: set "
              + SecurityMode.BOOTSTRAP_KEY
              + " or "
              + SecurityMode.BOOTSTRAP_KEY_FILE
              + ", not both.");
    }
    if (key.isPresent()) {
      return Optional.of(ApiKey.checked(key.get(), SecurityMode.BOOTSTRAP_KEY));
    }
    return file.map(
        path -> {
          try {
            return ApiKey.checked(
                Files.readString(path).strip(), SecurityMode.BOOTSTRAP_KEY_FILE + " " + path);
          } catch (IOException e) {
            throw new StartRefusedException(
                "Cannot read " + path + " (" + SecurityMode.BOOTSTRAP_KEY_FILE + "): " + e, e);
          }
        });
  }

  /** Enters it where its id is new. */
  static void enter(Connection connection, String key) throws SQLException {
    List<String> all =
        Arrays.stream(Caller.Scope.values()).map(Caller.Scope::toString).sorted().toList();
    String id = ApiKey.idOf(key);
    boolean entered =
        KeyRepository.insert(
            connection,
            new StoredKey(
                id,
                ApiKey.hash(key),
                "bootstrap",
                0,
                Caller.DEFAULT_TENANT,
                true,
                all,
                null,
                Instant.now(),
                "settings",
                null,
                null));
    if (entered) {
      LOG.infof("the first key, %s, is entered: make keys with fewer scopes, then revoke it", id);
    } else if (!Arrays.equals(
        KeyRepository.find(connection, id).orElseThrow().hash(), ApiKey.hash(key))) {
      LOG.warnf(
          "the first key of the settings is not the key %s of the table, and opens nothing: give it"
              + " another id",
          id);
    }
  }
}
