package io.floorkeeper.access;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DataFolder;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import io.floorkeeper.platform.Loopback;
import io.floorkeeper.platform.Settings;
import io.floorkeeper.platform.StartRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * At the database itself, by the settings that {@code serve} has: for the first key, and for
 * whoever has locked everybody out. Who can write to the table needs no key to make one.
 */
final class DatabaseKeyDesk implements KeyDesk {
  private static final String UNDEFINED_TABLE = "42P01";

  /** Who has the database has everything. */
  private static final Caller MAKER =
      new Caller(
          "command line", 0, Caller.DEFAULT_TENANT, true, EnumSet.allOf(Caller.Scope.class), null);

  private final String jdbcUrl;
  private final String username;
  private final String password;

  private DatabaseKeyDesk(String jdbcUrl, String username, String password) {
    this.jdbcUrl = jdbcUrl;
    this.username = username;
    this.password = password;
  }

  /**
   * The database of the settings, else the one that a service of this data folder brings itself.
   *
   * @throws StartRefusedException where there is neither
   */
  static DatabaseKeyDesk of(Settings settings) {
    Optional<String> own = settings.find(EmbeddedPlatform.JDBC_URL);
    if (own.isPresent()) {
      return new DatabaseKeyDesk(
          own.get(),
          settings.find("quarkus.datasource.username").orElse(null),
          settings.find("quarkus.datasource.password").orElse(null));
    }
    Path file = DataFolder.configured(settings).resolve(EmbeddedDatabase.PASSWORD_FILE);
    try {
      return new DatabaseKeyDesk(
          "jdbc:postgresql://"
              + Loopback.ADDRESS
              + ":"
              + EmbeddedPlatform.Options.of(settings, line -> {}).postgresPort()
              + "/"
              + EmbeddedDatabase.NAME,
          EmbeddedDatabase.NAME,
          Files.readString(file).strip());
    } catch (IOException e) {
      throw new StartRefusedException(
          "There is no database to work on: name a running service with --server URL, the database"
              + " with QUARKUS_DATASOURCE_JDBC_URL, or the data folder of a running service with"
              + " FLOORKEEPER_DATA_FOLDER ("
              + file
              + " is not there).",
          e);
    }
  }

  @Override
  public KeyAnswer make(KeyRequest request) {
    String key = ApiKey.fresh();
    StoredKey entry = request.entry(key, MAKER, null, Instant.now());
    return KeyAnswer.of(work(connection -> KeyRepository.enter(connection, entry)), key);
  }

  @Override
  public List<KeyAnswer> list() {
    return work(KeyRepository::all).stream().map(key -> KeyAnswer.of(key, null)).toList();
  }

  @Override
  public KeyAnswer revoke(String keyId) {
    return work(
        connection ->
            KeyAnswer.of(KeyRepository.revoke(connection, keyId, key -> true, MAKER.name()), null));
  }

  private <T> T work(KeyRepository.Work<T> work) {
    try {
      Connection connection = DriverManager.getConnection(jdbcUrl, username, password);
      return KeyRepository.inTransaction(connection, work);
    } catch (SQLException e) {
      throw new StartRefusedException(
          UNDEFINED_TABLE.equals(e.getSQLState())
              ? "The database has no keys yet: start the service once, it makes the tables."
              : "The database does not do it: " + Causes.briefly(e),
          e);
    }
  }
}
