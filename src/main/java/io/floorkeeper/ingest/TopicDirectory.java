package io.floorkeeper.ingest;

import io.floorkeeper.platform.KafkaSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** What the cluster says of itself: its id, the ids of topics, the features of its groups. */
@ApplicationScoped
class TopicDirectory {
  /** What Kafka puts around a value, with room to spare. */
  static final int ENVELOPE_BYTES = 1024;

  private static final int LIMIT_MILLIS = 10_000;

  /** What a topic takes where nobody says anything. */
  private static final int KAFKAS_MESSAGE_BYTES = (1 << 20) + 12;

  private final KafkaSettings kafka;
  private final IngestSettings settings;

  TopicDirectory(KafkaSettings kafka, IngestSettings settings) {
    this.kafka = kafka;
    this.settings = settings;
  }

  /**
   * @throws KafkaException where the broker does not answer
   */
  String clusterId() {
    try (Admin admin = admin()) {
      return await(admin.describeCluster().clusterId());
    }
  }

  /** Whether the broker has the group protocol of KIP-848. */
  boolean hasConsumerProtocol() {
    try (Admin admin = admin()) {
      FinalizedVersionRange version =
          await(admin.describeFeatures().featureMetadata())
              .finalizedFeatures()
              .get("group.version");
      return version != null && version.maxVersionLevel() >= 1;
    }
  }

  /**
   * Creates the topics that do not exist yet, with the broker's replication and for messages as
   * large as the service takes; those that are there stay as they are.
   *
   * @return topic ids by name
   * @throws KafkaException where the broker does not answer, or may not be asked
   */
  Map<String, String> ensure(Collection<String> topics) {
    try (Admin admin = admin()) {
      Set<String> there = await(admin.listTopics().names());
      Map<String, String> ids = new HashMap<>();
      for (String topic : topics) {
        ids.put(topic, there.contains(topic) ? idOf(admin, topic) : create(admin, topic));
      }
      return ids;
    }
  }

  /** Topic ids, to be asked for again and again over one connection. */
  final class Ids implements AutoCloseable {
    private final Admin admin = admin();

    /**
     * The id that the topic has now.
     *
     * @throws KafkaException where there is no such topic, or the broker does not answer
     */
    String of(String topic) {
      return idOf(admin, topic);
    }

    /**
     * @throws KafkaException where no broker answers
     */
    void requireBroker() {
      await(admin.describeCluster().clusterId());
    }

    @Override
    public void close() {
      admin.close(Duration.ofSeconds(1));
    }
  }

  Ids ids() {
    return new Ids();
  }

  private String create(Admin admin, String topic) {
    NewTopic wanted =
        new NewTopic(topic, Optional.of(settings.newTopicPartitions()), Optional.empty())
            .configs(
                Map.of(
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    Integer.toString(
                        Math.max(
                            KAFKAS_MESSAGE_BYTES, settings.maxMessageBytes() + ENVELOPE_BYTES))));
    try {
      return await(admin.createTopics(List.of(wanted)).topicId(topic)).toString();
    } catch (TopicExistsException e) {
      return idOf(admin, topic); // another replica was faster
    }
  }

  private static String idOf(Admin admin, String topic) {
    return await(admin.describeTopics(List.of(topic)).allTopicNames())
        .get(topic)
        .topicId()
        .toString();
  }

  private Admin admin() {
    Properties properties = kafka.common();
    properties.put(AdminClientConfig.CLIENT_ID_CONFIG, "floorkeeper-admin");
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, LIMIT_MILLIS);
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, LIMIT_MILLIS);
    return Admin.create(properties);
  }

  private static <T> T await(KafkaFuture<T> future) {
    try {
      return future.get(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KafkaException kafkaException) {
        throw kafkaException;
      }
      throw new KafkaException(e.getCause());
    } catch (TimeoutException e) {
      throw new KafkaException("the broker did not answer in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted", e);
    }
  }
}
