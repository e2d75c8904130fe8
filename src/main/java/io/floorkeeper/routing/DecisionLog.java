package io.floorkeeper.routing;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.ledger.AllocationRecord;
import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.ledger.LogEvent;
import io.floorkeeper.platform.Backoff;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.KafkaSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jboss.logging.Logger;
import org.jctools.queues.MpscArrayQueue;

/**
 * The decision log, behind the answers: a bounded queue that takes no lock, one thread that writes
 * it to Kafka. While the broker is away decisions wait in the queue; what does not fit is counted
 * as lost, with the reason, and never holds up an answer.
 */
@ApplicationScoped
class DecisionLog {
  private static final Logger LOG = Logger.getLogger(DecisionLog.class);
  private static final int REMEMBERED_ALLOCATIONS = 20_000;
  private static final int CHUNK = 500;
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(2);

  /**
   * An answer and the request that it answered.
   *
   * @param aside what neither of them knows; null: nothing
   */
  record Entry(RouteRequest request, Decision decision, long sequence, Aside aside) {
    Entry(RouteRequest request, Decision decision, long sequence) {
      this(request, decision, sequence, null);
    }
  }

  /**
   * What the record says besides.
   *
   * @param check that failed on the rung below; null: no escalation
   * @param classifierMillis how long an external classifier was waited for; null: none was asked
   * @param classifierNanoUsd what its answer cost
   */
  record Aside(String check, Integer classifierMillis, Long classifierNanoUsd) {
    static final Aside NONE = new Aside(null, null, null);

    static Aside escalated(String check) {
      return new Aside(check, null, null);
    }
  }

  private final MpscArrayQueue<Entry> queue;
  private final KafkaSettings kafka;
  private final ObjectMapper json;
  private final String topic;
  private final int replica;
  private final Counter overflow;
  private final Counter undelivered;
  private final Counter logged;
  private final Set<String> explained = Collections.newSetFromMap(new BoundedMap());
  private final List<Entry> chunk = new ArrayList<>();
  private volatile boolean stopping;
  private Thread thread;

  DecisionLog(
      RoutingSettings settings,
      ReplicaNumber replicaNumber,
      KafkaSettings kafka,
      ObjectMapper json,
      MeterRegistry meters) {
    this.queue = new MpscArrayQueue<>(settings.decisionLogCapacity());
    this.topic = settings.decisionTopic();
    this.kafka = kafka;
    this.json = json;
    this.replica = replicaNumber.value();
    this.logged = meters.counter("floorkeeper.decision.log", "outcome", "logged");
    this.overflow = meters.counter("floorkeeper.decision.log", "outcome", "lost_overflow");
    this.undelivered = meters.counter("floorkeeper.decision.log", "outcome", "lost_undelivered");
    meters.gauge("floorkeeper.decision.log.waiting", queue, MpscArrayQueue::size);
  }

  /** Takes an answer without waiting. */
  void offer(Entry entry) {
    if (!queue.offer(entry)) {
      overflow.increment();
    }
  }

  void start(@Observes StartupEvent event) {
    thread = new Thread(this::drain, "decision-log");
    thread.setDaemon(true);
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    stopping = true;
    thread.join(DRAIN_LIMIT.toMillis());
    if (thread.isAlive()) {
      thread.interrupt();
      thread.join(DRAIN_LIMIT.toMillis());
    }
    int left = queue.size() + (thread.isAlive() ? 0 : chunk.size());
    if (left > 0) {
      LOG.warnf("%d decisions were not logged: the broker did not take them", left);
      undelivered.increment(left);
    }
  }

  /**
   * Takes a chunk, sends it, and goes on only when the broker has all of it: what was not
   * acknowledged is sent again (the log's table knows repeats by their key). So while the broker is
   * away one chunk and the bounded queue are all that waits.
   */
  private void drain() {
    KafkaProducer<byte[], byte[]> producer = null;
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
    boolean waiting = false;
    try {
      while (!(stopping && queue.isEmpty() && chunk.isEmpty())) {
        if (chunk.isEmpty() && queue.drain(chunk::add, CHUNK) == 0) {
          TimeUnit.MILLISECONDS.sleep(2);
          continue;
        }
        try {
          if (producer == null) {
            producer = producer();
          }
          sendChunk(producer);
          waiting = false;
          backoff.reset();
        } catch (InterruptException e) {
          throw e;
        } catch (RuntimeException e) { // of whatever kind: or the thread would end unseen
          if (!waiting) {
            LOG.warnf("the decision log waits for the broker: %s", Causes.briefly(e));
          }
          waiting = true;
          if (stopping || !backoff.pause()) {
            break;
          }
        }
      }
    } catch (InterruptedException | InterruptException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (producer != null) {
        Thread.interrupted(); // or it would not close
        producer.close(Duration.ZERO);
      }
    }
  }

  private void sendChunk(KafkaProducer<byte[], byte[]> producer) throws InterruptedException {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (Entry entry : chunk) {
      send(producer, entry, sent);
    }
    producer.flush();
    for (Future<RecordMetadata> one : sent) {
      try {
        one.get();
      } catch (ExecutionException e) {
        explained.clear(); // they may not have arrived either
        throw new KafkaException(Causes.briefly(e), e);
      }
    }
    logged.increment(chunk.size());
    chunk.clear();
  }

  private void send(
      KafkaProducer<byte[], byte[]> producer, Entry entry, List<Future<RecordMetadata>> sent) {
    Decision decision = entry.decision();
    if (decision.allocation() != null) {
      String key =
          decision.routes().roleNo()
              + ":"
              + decision.routes().bucket()
              + ":"
              + decision.allocation().mask()
              + ":"
              + decision.snapshot().published().version()
              + ":"
              + decision.routes().epoch();
      if (!explained.contains(key)) {
        AllocationRecord allocation = Explanation.record(decision);
        sent.add(send(producer, new LogEvent(null, allocation)));
        explained.add(key);
      }
    }
    sent.add(send(producer, new LogEvent(record(entry), null)));
  }

  private Future<RecordMetadata> send(KafkaProducer<byte[], byte[]> producer, LogEvent event) {
    try {
      return producer.send(new ProducerRecord<>(topic, json.writeValueAsBytes(event)));
    } catch (IOException e) {
      throw new IllegalStateException("records of plain values are always writable", e);
    }
  }

  private DecisionRecord record(Entry entry) {
    Decision d = entry.decision();
    RouteRequest request = entry.request();
    Aside aside = entry.aside() == null ? Aside.NONE : entry.aside();
    return new DecisionRecord(
        d.decisionId(),
        replica,
        entry.sequence(),
        Instant.ofEpochMilli(d.decidedAtMillis()),
        d.routes().roleNo(),
        request.role(),
        d.arm().arm().key(),
        d.arm().arm().tier(),
        d.arm().arm().model().name(),
        d.reason().toString(),
        d.propensity(),
        d.snapshot().published().version(),
        d.id().epoch(),
        d.id().bucket(),
        d.mask(),
        d.evaluate(),
        Learnings.of(d.routes()),
        d.constraints(),
        d.snapshot().evidenceAtMillis() == 0
            ? -1
            : d.decidedAtMillis() - d.snapshot().evidenceAtMillis(),
        request.collaboration(),
        request.sessionId(),
        request.runId(),
        request.step(),
        request.dataClass(),
        request.tags(),
        d.shadowCandidate() < 0 ? null : d.routes().arms().get(d.shadowCandidate()).arm().key(),
        d.shadowCandidate() < 0 ? null : d.shadowPropensity(),
        aside.check(),
        aside.classifierMillis(),
        aside.classifierNanoUsd());
  }

  private KafkaProducer<byte[], byte[]> producer() {
    Properties properties = kafka.common();
    properties.put(ProducerConfig.CLIENT_ID_CONFIG, "floorkeeper-decision-log");
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
    // With several requests in flight a topic without a leader yet left the producer out of
    // sequence until its delivery timeout.
    properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Remembers which allocations were explained already; forgets the oldest. */
  private static final class BoundedMap extends LinkedHashMap<String, Boolean> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
      return size() > REMEMBERED_ALLOCATIONS;
    }
  }
}
