package io.floorkeeper.ingest;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The streams that are read. */
@ConfigMapping(prefix = "floorkeeper.ingest")
public interface IngestSettings {
  int MAX_MESSAGE_BYTES = 4 << 20;

  /** Topics of OTLP trace batches, as the Collector's kafka exporter writes them. */
  @WithDefault("otlp_spans")
  List<String> spanTopics();

  /** Topics of OTLP log batches, likewise; one of both lists is read once. */
  @WithDefault("otlp_logs")
  List<String> logTopics();

  /**
   * Bytes of a record at most, uncompressed: a larger one becomes a dead letter ({@code
   * too_large}), or is refused where it comes over HTTP.
   */
  @WithDefault("" + MAX_MESSAGE_BYTES)
  int maxMessageBytes();

  /**
   * Dialects of the user's own: files, and folders of which every {@code *.json} is one. The first
   * is tried first, and all of them before those that come along; one of the same id replaces that
   * one. Read at the start, which a mistake in one of them stops.
   */
  Optional<List<Path>> dialects();

  /** Where outcomes go that come by {@code POST /outcomes}, and are read from. */
  @WithDefault("floorkeeper.outcomes")
  String outcomeTopic();

  /** Where it is told what could not be read. */
  @WithDefault("floorkeeper.dead-letters")
  String deadLetterTopic();

  /** Replicas of one group share the partitions. */
  @WithDefault("floorkeeper")
  String groupId();

  /** Records per transaction at most. */
  @WithDefault("10000")
  int batchRecords();

  /** Bytes of records per transaction, about: it ends with the record that reaches it. */
  @WithDefault("4194304")
  int batchBytes();

  /** Partitions of topics that do not exist yet and are created. */
  @WithDefault("6")
  int newTopicPartitions();

  /**
   * Read a topic from its beginning although one of its name was read before and has been deleted
   * since; without it such a stream stops and says so.
   */
  @WithDefault("false")
  boolean acceptRecreatedTopics();
}
