package io.floorkeeper.ingest;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.learning.LearningService;
import io.floorkeeper.platform.KafkaSettings;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.PolicyHistory;
import io.floorkeeper.pricing.Catalogue;
import io.floorkeeper.pricing.PriceBook;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/**
 * Works everything out again: from the topics, and from the facts that were recorded because nobody
 * could work them out again, into empty tables; and compares.
 *
 * <p>What is measured is one moment, so the service may go on meanwhile. Generations are read one
 * after the other ({@link JudgingDesk}), partitions of one side by side.
 */
@ApplicationScoped
class RebuildService {
  private static final Logger LOG = Logger.getLogger(RebuildService.class);
  private static final int BATCH_RECORDS = 500;
  private static final long REBUILD_LOCK = 0x666C6F6F7206L;

  private final AgroalDataSource database;
  private final KafkaSettings kafka;
  private final TopicDirectory directory;
  private final Streams streams;
  private final PolicyHistory history;
  private final PriceBook prices;
  private final RebuildSchema schema;
  private final LearningService learning;

  RebuildService(
      AgroalDataSource database,
      KafkaSettings kafka,
      TopicDirectory directory,
      Streams streams,
      PolicyHistory history,
      PriceBook prices,
      RebuildSchema schema,
      LearningService learning) {
    this.database = database;
    this.kafka = kafka;
    this.directory = directory;
    this.streams = streams;
    this.history = history;
    this.prices = prices;
    this.schema = schema;
    this.learning = learning;
  }

  /**
   * Rebuilds and compares.
   *
   * @param keep whether the rebuilt tables stay, in the schema {@link RebuildSchema#NAME}
   * @throws Problem.Unavailable where somebody is at it already
   */
  RebuildReport run(boolean keep) throws SQLException {
    try (Connection alone = database.getConnection()) {
      if (!ask(alone, "pg_try_advisory_lock")) {
        throw new Problem.Unavailable("busy", "a rebuild is running already; ask again later");
      }
      try {
        return rebuild(keep);
      } finally {
        ask(alone, "pg_advisory_unlock");
      }
    }
  }

  private static boolean ask(Connection connection, String function) throws SQLException {
    try (PreparedStatement ask = connection.prepareStatement("select " + function + "(?)")) {
      ask.setLong(1, REBUILD_LOCK);
      try (ResultSet row = ask.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private RebuildReport rebuild(boolean keep) throws SQLException {
    long startNanos = System.nanoTime();
    SortedMap<String, BatchHandler> judged = streams.judged();
    String clusterId = directory.clusterId();
    Map<String, String> topicIds = directory.ensure(judged.keySet());
    String live = schema.live();
    schema.create();
    try {
      List<RebuildComparison.Compared> compared =
          schema.inSnapshot(connection -> RebuildComparison.all(connection, live));
      RebuildCut cut =
          schema.inSnapshot(
              connection ->
                  RebuildCut.take(connection, live, clusterId, judged.keySet(), topicIds));
      RebuildReport.Missing missing = new RebuildReport.Missing(new TreeMap<>(), cut.foreign());
      long[] records = {0};
      try (RebuildTopics topics = new RebuildTopics(kafka, BATCH_RECORDS)) {
        for (RebuildCut.Generation generation : cut.generations().values()) {
          if (!generation.segments().isEmpty()) {
            Judging judging = judging(generation);
            topics.read(
                generation.segments(),
                (topic, taken) -> {
                  records[0] += taken.size();
                  apply(
                      judged.get(topic),
                      new StreamBatch(clusterId, topicIds, taken, Optional.of(judging)),
                      cut);
                });
          }
        }
        topics
            .missing()
            .forEach((partition, count) -> missing.records().put(partition.toString(), count));
      }
      schema.inTransaction(
          connection -> {
            learning.joinAncestors(connection);
            return null;
          });
      List<RebuildComparison.Result> results =
          schema.inTransaction(connection -> RebuildComparison.compare(connection, compared));
      RebuildReport report =
          new RebuildReport(
              records[0],
              cut.generations().size(),
              cut.unrecorded(),
              missing,
              results,
              (System.nanoTime() - startNanos) / 1_000_000);
      LOG.infof(
          "rebuilt from %d records in %d ms: %s",
          report.records(), report.tookMillis(), report.isEqual() ? "equal" : "not equal");
      return report;
    } finally {
      if (!keep) {
        schema.drop();
      }
    }
  }

  private Judging judging(RebuildCut.Generation generation) throws SQLException {
    try (Connection connection = database.getConnection()) {
      PolicyBook.Published policy =
          history
              .inForce(connection, generation.policyVersion())
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "policy version "
                              + generation.policyVersion()
                              + " cannot be read here, and records were judged by it"));
      Catalogue catalogue =
          prices
              .of(generation.catalogueDigest())
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "the price catalogue "
                              + generation.catalogueDigest()
                              + " is not kept, and records were judged by it"));
      return new Judging(policy, catalogue);
    }
  }

  private void apply(BatchHandler handler, StreamBatch batch, RebuildCut cut) throws SQLException {
    List<ConsumerRecord<byte[], byte[]>> good = new ArrayList<>();
    List<ConsumerRecord<byte[], byte[]>> given = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
      String place = record.topic() + "-" + record.partition() + "-" + record.offset();
      (cut.unprocessable().contains(place) ? given : good).add(record);
    }
    schema.inTransaction(
        connection -> {
          StreamBatch applied =
              new StreamBatch(batch.clusterId(), batch.topicIds(), good, batch.recorded());
          List<DeadLetter> letters = new ArrayList<>(handler.apply(connection, applied));
          for (ConsumerRecord<byte[], byte[]> record : given) {
            letters.addAll(
                handler.giveUp(
                    connection,
                    DeadLetter.record(record, DeadLetter.UNPROCESSABLE, "recorded as such")));
          }
          DeadLetterOffice.store(connection, batch, letters);
          return letters.size();
        });
  }
}
