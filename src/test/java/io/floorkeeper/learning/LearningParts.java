package io.floorkeeper.learning;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.floorkeeper.ledger.TotalsRepository;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.PolicyReader;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The learner's parts, each the one that the service runs, wired by their constructors as the
 * service wires them; on a real database, under the policy of the journeys.
 */
public final class LearningParts implements AutoCloseable {
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");

  /** Empties the tables of calls and all that is learned of them. */
  public static final String EMPTY =
      "truncate call, call_hour, spend_day, run_task, run_spend, episode, evidence,"
          + " evidence_latency, role_state, watch, alarm, arm_reset, arm_standing, evidence_block,"
          + " response_call, span_link, call_waiting, ingest_total, evaluation, climbed_call,"
          + " correlation_hour, late_episode, expired_wait, reward_watermark, price_divergence";

  /**
   * All rows that calls come to, but for what is of the order of commits by its nature: epochs,
   * detectors, the moments of writing.
   */
  static final String EVERYTHING =
      """
      select 'call', (to_jsonb(c) - 'ingested_at')::text from call c
      union all select 'hour', to_jsonb(h)::text from call_hour h
      union all select 'divergence', to_jsonb(d)::text from price_divergence d where calls <> 0
      union all select 'spent', (to_jsonb(s) - 'first_at' - 'alarmed_nano_usd')::text from spend_day s
      union all select 'response', to_jsonb(r)::text from response_call r
      union all select 'episode', (to_jsonb(e) - 'touched_at' - 'watched')::text from episode e
      union all select 'evidence', to_jsonb(e)::text from evidence e where episodes <> 0 or latency_count <> 0
      union all select 'latency', to_jsonb(l)::text from evidence_latency l where calls <> 0
      union all select 'judgement', (to_jsonb(e) - 'told_at' - 'check_at' - 'checks')::text from evaluation e
      union all select 'asked', sum(asked) || ' ' || sum(answered) from correlation_hour
      union all select 'role', role_no || ' ' || calls from role_state where calls <> 0
      union all select 'total', name || ' ' || total from ingest_total
        where total <> 0 and name in ('calls', 'twins', 'duplicates', 'routed', 'not_followed', 'labels', 'unpriced', 'unattributed')
      order by 1, 2
      """;

  private final Map<Class<?>, Object> parts = new HashMap<>();
  private final Map<String, String> settings;
  private final AgroalDataSource database;

  /** One replica. */
  public LearningParts(EmbeddedDatabase of, Map<String, String> settings) throws SQLException {
    this.settings = settings;
    this.database =
        AgroalDataSource.from(
            new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(
                    pool ->
                        pool.maxSize(8)
                            .acquisitionTimeout(Duration.ofSeconds(10))
                            .connectionFactoryConfiguration(
                                factory ->
                                    factory
                                        .jdbcUrl(of.jdbcUrl())
                                        .principal(new NamePrincipal(of.username()))
                                        .credential(new SimplePassword(of.password())))));
    parts.put(AgroalDataSource.class, database);
    parts.put(ObjectMapper.class, new ObjectMapper());
    parts.put(MeterRegistry.class, new SimpleMeterRegistry());
    part(PolicyBook.class).publish(published());
  }

  /** What is done in one transaction. */
  public interface Work<T> {
    T run(Connection connection) throws Exception;
  }

  public <T> T transaction(Work<T> work) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.run(connection);
        connection.commit();
        return result;
      } catch (Exception e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Applies a batch and counts it. */
  SortedMap<String, Long> apply(Facts facts) {
    return transaction(
        connection -> {
          SortedMap<String, Long> moved = part(LearningService.class).apply(connection, facts);
          part(TotalsRepository.class).add(connection, moved);
          return moved;
        });
  }

  /** All rows of a query, each as the text of its columns. */
  public List<String> rows(String query) {
    return transaction(
        connection -> {
          List<String> rows = new ArrayList<>();
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
              StringBuilder text = new StringBuilder();
              for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                text.append(column == 1 ? "" : " | ").append(row.getString(column));
              }
              rows.add(text.toString());
            }
          }
          return rows;
        });
  }

  long number(String query) {
    return Long.parseLong(rows(query).get(0));
  }

  public void execute(String sql) {
    transaction(
        connection -> {
          try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
          }
        });
  }

  /** The bean of that class. */
  public <T> T part(Class<T> type) {
    Object part = parts.get(type);
    if (part == null) {
      part = type.isAnnotationPresent(ConfigMapping.class) ? mapping(type) : construct(type);
      parts.put(type, part);
    }
    return type.cast(part);
  }

  private Object mapping(Class<?> type) {
    return new SmallRyeConfigBuilder()
        .withMapping(type)
        .withSources(new PropertiesConfigSource(settings, "test", 100))
        .build()
        .getConfigMapping(type);
  }

  private Object construct(Class<?> type) {
    Constructor<?>[] all = type.getDeclaredConstructors(); // in no order
    Constructor<?> constructor =
        Arrays.stream(all)
            .filter(c -> c.isAnnotationPresent(Inject.class))
            .findFirst()
            .orElse(all[0]);
    Class<?>[] needed = constructor.getParameterTypes();
    Object[] arguments = new Object[needed.length];
    for (int i = 0; i < needed.length; i++) {
      arguments[i] = part(needed[i]);
    }
    try {
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(type.getName(), e);
    }
  }

  static PolicyBook.Published published() {
    try {
      String document = Files.readString(POLICY);
      Policy policy = PolicyReader.read(document, POLICY.toString());
      Map<String, Integer> roles = new TreeMap<>();
      policy.roles().keySet().forEach(name -> roles.put(name, roles.size() + 1));
      Map<String, Integer> arms = new TreeMap<>();
      policy
          .roles()
          .values()
          .forEach(
              role ->
                  role.candidates().forEach(arm -> arms.putIfAbsent(arm.key(), arms.size() + 1)));
      return new PolicyBook.Published(
          1, policy, new Numbers(roles, arms), document, POLICY.toString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
