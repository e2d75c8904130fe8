package io.floorkeeper.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operator events, on a real PostgreSQL. */
class AuditTrailIT {
  @TempDir static Path folder;
  private static EmbeddedPlatform platform;
  private static String url;

  private final AuditTrail trail = new AuditTrail(null);

  @BeforeAll
  static void start() {
    platform = EmbeddedPlatform.start(folder, EmbeddedPlatform.Options.onFreePorts());
    url = platform.quarkusSettings().get(EmbeddedPlatform.JDBC_URL);
    Flyway.configure()
        .dataSource(
            url,
            platform.quarkusSettings().get("quarkus.datasource.username"),
            platform.quarkusSettings().get("quarkus.datasource.password"))
        .load()
        .migrate();
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void whatIsRolledBackLeavesNoRecord() throws SQLException {
    long before = number("select count(*) from audit_event");
    try (Connection connection = connect()) {
      connection.setAutoCommit(false);
      trail.record(connection, AuditTrail.KEY_CREATED, "ada", "key 1", "never came to be");
      connection.rollback();
    }

    assertThat(number("select count(*) from audit_event")).isEqualTo(before);
  }

  @Test
  void whoeverRecordsAtOnceIsChainedOneAfterTheOther() throws Exception {
    ExecutorService operators = Executors.newFixedThreadPool(4);
    List<Future<?>> done = new ArrayList<>();
    for (int n = 0; n < 40; n++) {
      String subject = "policy " + n;
      done.add(
          operators.submit(
              () -> {
                try (Connection connection = connect()) {
                  connection.setAutoCommit(false);
                  trail.record(
                      connection, AuditTrail.POLICY_PUBLISHED, "ada", subject, "because\n\"so\"");
                  connection.commit();
                }
                return null;
              }));
    }
    for (Future<?> one : done) {
      one.get();
    }
    operators.shutdown();

    HashChain chain = new HashChain();
    byte[] hash = chain.beforeFirst(AuditTrail.CHAIN);
    long position = 0;
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select position, hash, at, kind, actor, subject, detail from audit_event"
                    + " order by position")) {
      while (row.next()) {
        AuditTrail.Event event =
            new AuditTrail.Event(
                row.getObject(3, OffsetDateTime.class).toInstant(),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7));
        hash = chain.next(hash, event.canonical(new CanonicalBytes()));
        assertThat(row.getLong(1)).isEqualTo(++position);
        assertThat(row.getBytes(2)).isEqualTo(hash);
      }
    }
    assertThat(position).isGreaterThanOrEqualTo(40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"decision", "audit_mark", "audit_anchor", "audit_event"})
  void itsTablesOnlyGrow(String table) {
    for (String change :
        new String[] {
          "delete from " + table, "truncate " + table, "update " + table + " set replica = 1"
        }) {
      String allowed =
          table.equals("audit_event") ? change.replace("replica = 1", "actor = 'me'") : change;
      assertThatThrownBy(() -> execute(allowed)).hasMessageContaining("only grows");
    }
  }

  private static Connection connect() throws SQLException {
    return DriverManager.getConnection(
        url,
        platform.quarkusSettings().get("quarkus.datasource.username"),
        platform.quarkusSettings().get("quarkus.datasource.password"));
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long number(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
