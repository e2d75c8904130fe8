package io.floorkeeper.routing;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.ledger.ChainHead;
import io.floorkeeper.ledger.ChainMark;
import io.floorkeeper.platform.Backoff;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.KafkaSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
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
 * The decision log, behind the answers: a bounded queue that takes no lock, one thread that chains
 * and writes it to Kafka. While the broker is away decisions wait in the queue; what does not fit
 * is counted as lost, never holds up an answer, and stands as a counted gap in the chain as soon as
 * there is room.
 */
@ApplicationScoped
class DecisionLog {
  private static final Logger LOG = Logger.getLogger(DecisionLog.class);
  private static final int CHUNK = 500;
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(2);

  /** After it the last head is anchored. */
  static final int STOPS = 1_000;

  /**
   * An answer and the request that it answered.
   *
   * @param acknowledgement that the answer waits for; null: it does not wait
   * @param aside what neither of them knows; null: nothing
   */
  record Entry(
      RouteRequest request,
      Caller caller,
      Decision decision,
      long sequence,
      Acknowledgement acknowledgement,
      Aside aside) {}

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
  private final String topic;
  private final int replica;
  private final byte[] key;
  private final UUID chainId = UUID.randomUUID();
  private final Clock clock = Clock.systemUTC();
  private final Counter overflow;
  private final Counter undelivered;
  private final Counter logged;
  private final LongAdder overflowed = new LongAdder();
  private final LogChunk chunk;
  private final List<Entry> taken = new ArrayList<>();

  /** Logged, and then refused to their callers: the chain has to say so. */
  private final List<Entry> withheld = new ArrayList<>();

  private long overflowTold;

  /** With what of the answers the broker has. */
  private volatile ChainHead acknowledged;

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
    this.replica = replicaNumber.value();
    this.key = chainId.toString().getBytes(StandardCharsets.US_ASCII);
    DecisionChain chain = new DecisionChain(chainId);
    this.acknowledged =
        new ChainHead(chainId, replica, 0, chain.hash(), 0, clock.instant(), null, 0, 0);
    this.chunk = new LogChunk(chain, replica, json, clock);
    this.logged = meters.counter("floorkeeper.decision.log", "outcome", "logged");
    this.overflow = meters.counter("floorkeeper.decision.log", "outcome", "lost_overflow");
    this.undelivered = meters.counter("floorkeeper.decision.log", "outcome", "lost_undelivered");
    meters.gauge("floorkeeper.decision.log.waiting", queue, MpscArrayQueue::size);
  }

  /**
   * Takes an answer without waiting.
   *
   * @return false where there is no room. An answer that waits for its record is not given then, so
   *     nothing is lost; any other one is given, and counted as lost.
   */
  boolean offer(Entry entry) {
    if (queue.offer(entry)) {
      return true;
    }
    if (entry.acknowledgement() == null) {
      overflow.increment();
      overflowed.increment();
    }
    return false;
  }

  /**
   * The chain as far as the broker has it, with all that was answered until now; empty while
   * nothing was.
   */
  Optional<ChainHead> head() {
    ChainHead head = acknowledged;
    long answered = queue.currentProducerIndex() + overflowed.sum();
    return answered == 0
        ? Optional.empty()
        : Optional.of(
            new ChainHead(
                head.chain(),
                head.replica(),
                head.position(),
                head.hash(),
                answered,
                clock.instant(),
                head.topic(),
                head.partition(),
                head.offset()));
  }

  /** Whether anything was answered that the broker does not have yet. */
  boolean isWaiting() {
    return queue.currentProducerIndex() > acknowledged.answered();
  }

  void start(@Observes StartupEvent event) {
    thread = new Thread(this::drain, "decision-log");
    thread.setDaemon(true);
    thread.start();
  }

  void stop(@Observes @Priority(STOPS) ShutdownEvent event) throws InterruptedException {
    stopping = true;
    thread.join(DRAIN_LIMIT.toMillis());
    if (thread.isAlive()) {
      thread.interrupt();
      thread.join(DRAIN_LIMIT.toMillis());
    }
    int left = queue.size() + (thread.isAlive() ? 0 : chunk.decisions());
    if (left > 0) {
      LOG.warnf("%d decisions were not logged: the broker did not take them", left);
      undelivered.increment(left);
    }
  }

  /**
   * Takes a chunk, sends it, and goes on only when the broker has all of it: what was not
   * acknowledged is sent again (the log's tables know repeats by their key). So while the broker is
   * away one chunk and the bounded queue are all that waits.
   */
  private void drain() {
    KafkaProducer<byte[], byte[]> producer = null;
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
    boolean waiting = false;
    boolean closed = false;
    try {
      while (!(stopping && closed && chunk.isEmpty())) {
        try {
          if (chunk.isEmpty() && !take()) {
            if (!stopping) {
              TimeUnit.MILLISECONDS.sleep(2);
              continue;
            }
            closed = true;
            if (!chunk.hasChain()) {
              break;
            }
            chunk.mark(ChainMark.Kind.CLOSE, 0, "orderly end");
          }
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

  /** Fills the chunk with what there is; false where there is nothing. */
  private boolean take() {
    taken.clear();
    queue.drain(taken::add, CHUNK);
    long lost = overflowed.sum();
    if (lost > overflowTold) {
      chunk.mark(ChainMark.Kind.GAP, lost - overflowTold, "the queue was full");
      overflowTold = lost;
    }
    for (Entry entry : withheld) {
      chunk.mark(ChainMark.Kind.WITHHELD, 0, entry.decision().decisionId());
    }
    withheld.clear();
    int unwritable = 0;
    for (Entry entry : taken) {
      try {
        chunk.add(entry);
      } catch (RuntimeException e) { // one must not stop all others
        LOG.errorf(e, "a decision cannot be logged");
        unwritable++;
      }
    }
    if (unwritable > 0) {
      chunk.mark(ChainMark.Kind.GAP, unwritable, "the records could not be written");
      undelivered.increment(unwritable);
    }
    return !chunk.isEmpty();
  }

  private void sendChunk(KafkaProducer<byte[], byte[]> producer) throws InterruptedException {
    List<Future<RecordMetadata>> sent = new ArrayList<>(chunk.values().size());
    for (byte[] value : chunk.values()) {
      // One key, so one partition: a chain arrives in its own order.
      sent.add(producer.send(new ProducerRecord<>(topic, key, value)));
    }
    producer.flush();
    RecordMetadata head = null;
    for (int i = 0; i < sent.size(); i++) {
      try {
        RecordMetadata at = sent.get(i).get();
        head = i == chunk.lastLinked() ? at : head;
      } catch (ExecutionException e) {
        throw new KafkaException(Causes.briefly(e), e);
      }
    }
    acknowledged(head);
  }

  private void acknowledged(RecordMetadata head) {
    acknowledged =
        new ChainHead(
            chainId,
            replica,
            chunk.position(),
            chunk.hash(),
            acknowledged.answered() + chunk.decisions(),
            clock.instant(),
            topic,
            head.partition(),
            head.offset());
    logged.increment(chunk.decisions());
    for (Entry entry : chunk.awaited()) {
      if (!entry.acknowledgement().acknowledge()) {
        withheld.add(entry);
      }
    }
    chunk.clear();
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
}
