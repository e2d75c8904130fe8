package io.floorkeeper.ingest;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.floorkeeper.platform.KafkaSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.lang.reflect.Constructor;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.eclipse.microprofile.config.Config;

/**
 * The parts of a stream put together by hand, with the settings that the service gives them. All
 * are what the service runs; only the constructor of {@link KafkaSettings} has to be called by
 * reflection, because its room is another one.
 */
final class StreamParts implements AutoCloseable {
  private final AgroalDataSource database;
  private final KafkaSettings kafka;
  private final IngestSettings settings;
  private final TopicDirectory directory;
  private final DeadLetterOffice deadLetters;

  /**
   * @param settings of {@code EmbeddedPlatform.quarkusSettings()}
   */
  StreamParts(Map<String, String> settings) throws SQLException {
    SmallRyeConfig config = config(settings);
    this.kafka = kafka(config);
    this.settings = config.getConfigMapping(IngestSettings.class);
    this.directory = new TopicDirectory(kafka, this.settings);
    this.deadLetters = new DeadLetterOffice(kafka, this.settings);
    this.database =
        AgroalDataSource.from(
            new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(
                    pool ->
                        pool.maxSize(16)
                            .acquisitionTimeout(Duration.ofSeconds(3))
                            .exceptionSorter(new PostgreSQLExceptionSorter())
                            .connectionFactoryConfiguration(
                                factory ->
                                    factory
                                        .jdbcUrl(settings.get("quarkus.datasource.jdbc.url"))
                                        .principal(
                                            new NamePrincipal(
                                                settings.get("quarkus.datasource.username")))
                                        .credential(
                                            new SimplePassword(
                                                settings.get("quarkus.datasource.password")))
                                        .loginTimeout(Duration.ofSeconds(2))
                                        .jdbcProperty("connectTimeout", "2")
                                        .jdbcProperty("socketTimeout", "30"))));
  }

  static SmallRyeConfig config(Map<String, String> settings) {
    return new SmallRyeConfigBuilder()
        .withMapping(IngestSettings.class)
        .withSources(new PropertiesConfigSource(settings, "test", 100))
        .build();
  }

  static KafkaSettings kafka(Config config) {
    try {
      Constructor<KafkaSettings> constructor =
          KafkaSettings.class.getDeclaredConstructor(Config.class);
      constructor.setAccessible(true);
      return constructor.newInstance(config);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  AgroalDataSource database() {
    return database;
  }

  TopicDirectory directory() {
    return directory;
  }

  IngestSettings settings() {
    return settings;
  }

  Properties kafka() {
    return kafka.common();
  }

  /** A stream of one topic, in a group that has the topic's name. */
  StreamConsumer stream(
      String topic, int batchRecords, BatchHandler handler, boolean acceptRecreatedTopics) {
    StreamCursor cursor = cursor(topic, acceptRecreatedTopics);
    StreamMetrics metrics = new StreamMetrics(new SimpleMeterRegistry());
    return new StreamConsumer(
        "test",
        List.of(topic),
        () -> consumer(topic, batchRecords),
        directory,
        cursor,
        new StreamTransactions("test", cursor, database, handler, deadLetters, metrics),
        deadLetters,
        metrics,
        settings.batchBytes());
  }

  StreamCursor cursor(String topic, boolean acceptRecreatedTopics) {
    return new StreamCursor(List.of(topic), directory, database, acceptRecreatedTopics);
  }

  Properties consumer(String topic, int batchRecords) {
    return ConsumerProperties.of(
        kafka, "test", topic, GroupProtocol.CONSUMER, batchRecords, settings.maxMessageBytes());
  }

  /**
   * One row for each record, whose value is a number; a value that is none is refused by the
   * database (SQL state 22P02). Nothing keeps a record from being there twice.
   */
  static BatchHandler applying(String reader) {
    return (connection, batch) -> {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "insert into applied (topic_id, partition, record_offset, number, reader)"
                  + " values (?, ?, ?, ?::integer, ?)")) {
        for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
          insert.setString(1, batch.topicIds().get(record.topic()));
          insert.setInt(2, record.partition());
          insert.setLong(3, record.offset());
          insert.setString(4, new String(record.value(), java.nio.charset.StandardCharsets.UTF_8));
          insert.setString(5, reader);
          insert.addBatch();
        }
        insert.executeBatch();
      }
      return new ArrayList<>();
    };
  }

  /** As {@link #applying}, and slow: a transaction is open most of the time. */
  static BatchHandler applyingSlowly(String reader) {
    BatchHandler applying = applying(reader);
    return (connection, batch) -> {
      List<DeadLetter> letters = applying.apply(connection, batch);
      try (PreparedStatement pause = connection.prepareStatement("select pg_sleep(0.03)")) {
        pause.execute();
      }
      return letters;
    };
  }

  @Override
  public void close() {
    deadLetters.stop(null);
    database.close();
  }
}
