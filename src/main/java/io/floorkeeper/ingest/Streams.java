package io.floorkeeper.ingest;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.platform.DatabaseReady;
import io.floorkeeper.platform.KafkaSettings;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The streams of the service: each on a thread of its own, from the first database on. */
@ApplicationScoped
class Streams {
  static final String SPANS = "spans";
  static final String LOGS = "logs";
  static final String DECISIONS = "decisions";
  static final String OUTCOMES = "outcomes";

  /** For all of them together: whoever stops a container kills it after ten seconds. */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(4);

  private static final Duration INTERRUPTED_LIMIT = Duration.ofSeconds(1);

  private final AgroalDataSource database;
  private final KafkaSettings kafka;
  private final IngestSettings settings;
  private final TopicDirectory directory;
  private final DeadLetterOffice deadLetters;
  private final StreamMetrics metrics;
  private final SpanHandler spanHandler;
  private final DecisionHandler decisionHandler;
  private final OutcomeHandler outcomeHandler;
  private final String decisionTopic;
  private final List<StreamConsumer> consumers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  Streams(
      AgroalDataSource database,
      KafkaSettings kafka,
      IngestSettings settings,
      TopicDirectory directory,
      DeadLetterOffice deadLetters,
      StreamMetrics metrics,
      SpanHandler spanHandler,
      DecisionHandler decisionHandler,
      OutcomeHandler outcomeHandler,
      @ConfigProperty(
              name = "floorkeeper.routing.decision-topic",
              defaultValue = "floorkeeper.decisions")
          String decisionTopic) {
    this.database = database;
    this.kafka = kafka;
    this.settings = settings;
    this.directory = directory;
    this.deadLetters = deadLetters;
    this.metrics = metrics;
    this.spanHandler = spanHandler;
    this.decisionHandler = decisionHandler;
    this.outcomeHandler = outcomeHandler;
    this.decisionTopic = decisionTopic;
  }

  /** The streams, none before the database was reached. */
  synchronized List<StreamConsumer> all() {
    return List.copyOf(consumers);
  }

  /** Topics whose records are judged by the policy, and what is done with each. */
  SortedMap<String, BatchHandler> judged() {
    TreeMap<String, BatchHandler> judged = new TreeMap<>();
    settings.spanTopics().forEach(topic -> judged.put(topic, spanHandler));
    settings.logTopics().forEach(topic -> judged.put(topic, spanHandler));
    return judged;
  }

  synchronized void start(@Observes @Priority(DatabaseReady.Order.STREAMS) DatabaseReady ready) {
    if (!consumers.isEmpty()) {
      return;
    }
    start(SPANS, settings.spanTopics(), settings.groupId(), spanHandler);
    // A topic of both is read once: what is on it is told by what it holds.
    List<String> logs =
        settings.logTopics().stream().filter(t -> !settings.spanTopics().contains(t)).toList();
    if (!logs.isEmpty()) {
      start(LOGS, logs, settings.groupId() + "-logs", spanHandler);
    }
    start(DECISIONS, List.of(decisionTopic), settings.groupId() + "-decisions", decisionHandler);
    start(
        OUTCOMES,
        List.of(settings.outcomeTopic()),
        settings.groupId() + "-outcomes",
        outcomeHandler);
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    all().forEach(StreamConsumer::stop);
    long endNanos = System.nanoTime() + STOP_LIMIT.toNanos();
    for (Thread thread : threads) {
      thread.join(Math.max(1, (endNanos - System.nanoTime()) / 1_000_000));
    }
    for (Thread thread : threads) {
      thread.interrupt(); // it waits for a broker or a database that is not there
      thread.join(INTERRUPTED_LIMIT.toMillis());
    }
  }

  private void start(String name, List<String> topics, String groupId, BatchHandler handler) {
    StreamCursor cursor =
        new StreamCursor(topics, directory, database, settings.acceptRecreatedTopics());
    StreamConsumer consumer =
        new StreamConsumer(
            name,
            topics,
            () -> properties(name, groupId),
            directory,
            cursor,
            new StreamTransactions(name, cursor, database, handler, deadLetters, metrics),
            deadLetters,
            metrics,
            settings.batchBytes());
    consumers.add(consumer);
    metrics.watch(consumer);
    Thread thread = new Thread(consumer, "stream-" + name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  /** Asked for each new consumer: a broker may have been upgraded since. */
  private Properties properties(String name, String groupId) {
    return ConsumerProperties.of(
        kafka,
        "floorkeeper-" + name,
        groupId,
        directory.hasConsumerProtocol() ? GroupProtocol.CONSUMER : GroupProtocol.CLASSIC,
        settings.batchRecords(),
        settings.maxMessageBytes());
  }
}
