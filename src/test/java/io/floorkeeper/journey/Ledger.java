package io.floorkeeper.journey;

import io.floorkeeper.platform.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Looks into the service's database from outside. */
final class Ledger {
  private final String url;
  private final String password;

  Ledger(String url, String password) {
    this.url = url;
    this.password = password;
  }

  /** One number. */
  long number(String query) {
    return Long.parseLong(text(query));
  }

  /** One value as text, null where there is no row. */
  String text(String query) {
    try (Connection connection = DriverManager.getConnection(url, EmbeddedDatabase.NAME, password);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getString(1) : null;
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
  }

  /** What is done with each row. */
  interface RowReader {
    void read(ResultSet row) throws SQLException;
  }

  /** Row by row. */
  void each(String query, RowReader reader) {
    try (Connection connection = DriverManager.getConnection(url, EmbeddedDatabase.NAME, password);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      while (row.next()) {
        reader.read(row);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
  }

  /** Changes it behind the service's back. */
  void execute(String... statements) {
    try (Connection connection = DriverManager.getConnection(url, EmbeddedDatabase.NAME, password);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(String.join("; ", statements), e);
    }
  }

  /** The database that the service of this data folder brought itself. */
  static Ledger embedded(ServiceProcess service) {
    return new Ledger(
        "jdbc:postgresql://127.0.0.1:"
            + service.setting("floorkeeper.embedded.postgres-port")
            + "/floorkeeper",
        read(Path.of(service.setting("floorkeeper.data-folder"), "postgres-password")));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
