package io.floorkeeper.ingest;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;

/** Empty tables beside the live ones: a schema of its own in the same database. */
@ApplicationScoped
class RebuildSchema {
  static final String NAME = "floorkeeper_rebuild";

  private final AgroalDataSource database;
  private final Flyway flyway;

  RebuildSchema(AgroalDataSource database, Flyway flyway) {
    this.database = database;
    this.flyway = flyway;
  }

  /** What is done on a connection. */
  @FunctionalInterface
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /** Makes the tables anew, as they are in the live schema before anything comes in. */
  void create() throws SQLException {
    drop();
    Flyway.configure()
        .configuration(flyway.getConfiguration())
        .dataSource(database)
        .schemas(NAME)
        .defaultSchema(NAME)
        .createSchemas(true)
        .load()
        .migrate();
  }

  void drop() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("drop schema if exists " + NAME + " cascade");
    }
  }

  /** The schema that the service works in. */
  String live() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select quote_ident(current_schema())")) {
      row.next();
      return row.getString(1);
    }
  }

  /** One transaction, in which every table without a schema before its name is a rebuilt one. */
  <T> T inTransaction(Work<T> work) throws SQLException {
    return transaction(NAME, "read committed", work);
  }

  /** One transaction that sees one moment; tables are the live ones. */
  <T> T inSnapshot(Work<T> work) throws SQLException {
    return transaction(null, "repeatable read", work);
  }

  private <T> T transaction(String path, String isolation, Work<T> work) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("set transaction isolation level " + isolation);
        if (path != null) {
          statement.execute("set local search_path to " + path); // ends with the transaction
        }
        T result = work.on(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException | Error e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }
}
