package io.floorkeeper.platform;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real Kafka broker inside this JVM, its own controller, on the loopback address, with its logs
 * below the data folder. It creates no topics and lets nobody create one by accident. Sized for a
 * trial: few threads, small buffers, one partition for each of Kafka's own topics.
 *
 * <p>Kafka answers a broken disk by ending the JVM it runs in. That is right for a broker and
 * accepted here; where it is not, use a cluster of your own.
 */
public final class EmbeddedBroker {

  private static final int NODE_ID = 1;
  private static final String USE_YOUR_OWN =
      "Or use a Kafka cluster of your own: set KAFKA_BOOTSTRAP_SERVERS.";

  private final Path logs;
  private final int port;
  private final int controllerPort;
  private KafkaRaftServer server;

  /**
   * @param folder the data folder, held by this process
   * @param port where clients connect; 0 picks a free port, the same for every start of this object
   * @param controllerPort where the controller listens; 0 picks a free port
   */
  EmbeddedBroker(Path folder, int port, int controllerPort) {
    this.logs = folder.resolve("kafka");
    this.port = port == 0 ? Loopback.freePort() : port;
    this.controllerPort = controllerPort == 0 ? otherPortThan(this.port) : controllerPort;
    if (this.port == this.controllerPort) {
      throw new StartRefusedException(
          EmbeddedPlatform.KAFKA_PORT
              + " and "
              + EmbeddedPlatform.KAFKA_CONTROLLER_PORT
              + " are both "
              + port
              + ": Kafka needs two ports.");
    }
  }

  /** Returns when the broker takes requests. Does nothing when it runs. */
  public synchronized void start() {
    if (server != null) {
      return;
    }
    requireFree(port, "Kafka", EmbeddedPlatform.KAFKA_PORT);
    requireFree(controllerPort, "Kafka's controller", EmbeddedPlatform.KAFKA_CONTROLLER_PORT);
    KafkaRaftServer starting = null;
    try {
      if (!Files.exists(logs.resolve("meta.properties"))) {
        format();
      }
      starting = new KafkaRaftServer(new KafkaConfig(configuration(), false), Time.SYSTEM);
      starting.startup();
      server = starting;
    } catch (Exception | LinkageError e) {
      if (starting != null) {
        starting.shutdown();
      }
      throw new StartRefusedException("Kafka did not start: " + e.getMessage(), e);
    }
  }

  /** Returns when everything is written and the ports are free. Does nothing when it is stopped. */
  public synchronized void stop() {
    if (server != null) {
      server.shutdown();
      server.awaitShutdown();
      server = null;
    }
  }

  public int port() {
    return port;
  }

  public String bootstrapServers() {
    return Loopback.ADDRESS + ":" + port;
  }

  private static int otherPortThan(int taken) {
    int port = Loopback.freePort();
    while (port == taken) {
      port = Loopback.freePort();
    }
    return port;
  }

  private static void requireFree(int port, String wanted, String setting) {
    Loopback.requireFree(
        Loopback.ADDRESS,
        port,
        wanted,
        "Choose another with -D"
            + setting
            + "=PORT or "
            + Settings.environmentName(setting)
            + ". "
            + USE_YOUR_OWN);
  }

  private void format() throws Exception {
    DataFolder.createPrivately(logs);
    ByteArrayOutputStream unread = new ByteArrayOutputStream();
    new Formatter()
        .setPrintStream(new PrintStream(unread, true, StandardCharsets.UTF_8))
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(NODE_ID)
        .setControllerListenerName("CONTROLLER")
        .setDirectories(List.of(logs.toString()))
        .setMetadataLogDirectory(logs.toString())
        .run();
  }

  private Map<String, String> configuration() {
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE_ID));
    settings.put("log.dirs", logs.toString());
    settings.put(
        "listeners",
        "CLIENT://"
            + bootstrapServers()
            + ",CONTROLLER://"
            + Loopback.ADDRESS
            + ":"
            + controllerPort);
    settings.put("advertised.listeners", "CLIENT://" + bootstrapServers());
    settings.put("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("inter.broker.listener.name", "CLIENT");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put(
        "controller.quorum.voters", NODE_ID + "@" + Loopback.ADDRESS + ":" + controllerPort);

    settings.put("auto.create.topics.enable", "false");
    settings.put("default.replication.factor", "1");
    settings.put("min.insync.replicas", "1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("share.coordinator.state.topic.num.partitions", "1");

    // A consumer joins at once, and one that was killed is forgotten soon after the next start.
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("group.consumer.session.timeout.ms", "10000");
    settings.put("group.consumer.min.session.timeout.ms", "10000");
    settings.put("group.consumer.heartbeat.interval.ms", "3000");
    settings.put("group.consumer.min.heartbeat.interval.ms", "3000");

    // The controller takes a broker that was killed for alive until its session ends, and refuses
    // it anew until then: with Kafka's defaults a start after a kill takes 12 seconds.
    settings.put("broker.session.timeout.ms", "2500");
    settings.put("broker.heartbeat.interval.ms", "500");

    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "2");
    settings.put("background.threads", "2");
    settings.put("num.recovery.threads.per.data.dir", "2");
    settings.put("group.coordinator.threads", "1");
    settings.put("share.coordinator.threads", "1");
    settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
    return settings;
  }
}
