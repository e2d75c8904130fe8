package io.floorkeeper.journey;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What the same machine does without a service: read and count; and read, take a few fields out of
 * the JSON, drop what is a duplicate by one table, add up by model and move the offsets, in one
 * transaction per batch. In a process of its own, as the service is. JSON only.
 *
 * <pre>
 * BareLoops count|dedupe BOOTSTRAP SPANS_PER_RECORD SECONDS FIRST_OFFSET [JDBC_URL USER PASSWORD BATCH]
 * </pre>
 *
 * <p>Prints {@code spans seconds}.
 */
final class BareLoops {
  private static final JsonFactory JSON = new JsonFactory();

  private BareLoops() {}

  public static void main(String[] args) throws Exception {
    int spansPerRecord = Integer.parseInt(args[2]);
    long limitNanos = Long.parseLong(args[3]) * 1_000_000_000L;
    int batchSpans = args.length > 8 ? Integer.parseInt(args[8]) : 10_000;
    Properties properties = new Properties();
    properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, args[1]);
    properties.put(
        ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.max(1, batchSpans / spansPerRecord));
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    List<TopicPartition> partitions =
        IntStream.range(0, LoadStage.PARTITIONS)
            .mapToObj(p -> new TopicPartition(LoadStage.TOPIC, p))
            .toList();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      long first = Long.parseLong(args[4]);
      partitions.forEach(partition -> consumer.seek(partition, first));
      long spans = 0;
      long startNanos = 0;
      long lastNanos = 0;
      Sink sink =
          args[0].equals("dedupe") ? new Deduplication(args[5], args[6], args[7]) : batch -> {};
      while (startNanos == 0 || System.nanoTime() - startNanos < limitNanos) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofSeconds(1));
        if (records.isEmpty()) {
          if (startNanos != 0) {
            break; // all of it
          }
          continue;
        }
        if (startNanos == 0) {
          startNanos = System.nanoTime();
        }
        sink.take(records);
        spans += (long) records.count() * spansPerRecord;
        lastNanos = System.nanoTime();
      }
      System.out.println(spans + " " + (lastNanos - startNanos) / 1e9);
    }
  }

  /** What is done with a batch. */
  @FunctionalInterface
  private interface Sink {
    void take(ConsumerRecords<byte[], byte[]> records) throws Exception;
  }

  private static final class Deduplication implements Sink {
    private final Connection connection;

    Deduplication(String url, String user, String password) throws SQLException {
      connection = DriverManager.getConnection(url, user, password);
      try (Statement statement = connection.createStatement()) {
        statement.execute("drop table if exists bare_seen, bare_sum, bare_offset");
        statement.execute(
            "create table bare_seen (trace_id bytea, span_id bytea, primary key (trace_id, span_id))");
        statement.execute(
            "create table bare_sum (model text primary key, spans bigint, input_tokens bigint, output_tokens bigint)");
        statement.execute(
            "create table bare_offset (partition int primary key, next_offset bigint)");
      }
      connection.setAutoCommit(false);
    }

    @Override
    public void take(ConsumerRecords<byte[], byte[]> records) throws Exception {
      List<Fields> fields = new ArrayList<>();
      Map<Integer, Long> offsets = new TreeMap<>();
      for (ConsumerRecord<byte[], byte[]> record : records) {
        decode(record.value(), fields);
        offsets.put(record.partition(), record.offset() + 1);
      }
      Map<String, long[]> sums = new TreeMap<>();
      Map<String, Fields> byId = new java.util.HashMap<>();
      for (Fields f : fields) {
        byId.put(f.spanId, f);
      }
      HexFormat hex = HexFormat.of();
      try (PreparedStatement insert =
          connection.prepareStatement(
              "insert into bare_seen select * from unnest(?::bytea[], ?::bytea[]) order by 1, 2"
                  + " on conflict do nothing returning span_id")) {
        byte[][] traces = new byte[fields.size()][];
        byte[][] ids = new byte[fields.size()][];
        for (int i = 0; i < ids.length; i++) {
          traces[i] = hex.parseHex(fields.get(i).traceId);
          ids[i] = hex.parseHex(fields.get(i).spanId);
        }
        insert.setArray(1, connection.createArrayOf("bytea", traces));
        insert.setArray(2, connection.createArrayOf("bytea", ids));
        try (ResultSet fresh = insert.executeQuery()) {
          while (fresh.next()) {
            Fields f = byId.get(hex.formatHex(fresh.getBytes(1)));
            long[] sum = sums.computeIfAbsent(f.model, m -> new long[3]);
            sum[0]++;
            sum[1] += f.inputTokens;
            sum[2] += f.outputTokens;
          }
        }
      }
      try (PreparedStatement upsert =
          connection.prepareStatement(
              "insert into bare_sum as s values (?, ?, ?, ?) on conflict (model) do update set spans = s.spans"
                  + " + excluded.spans, input_tokens = s.input_tokens + excluded.input_tokens, output_tokens ="
                  + " s.output_tokens + excluded.output_tokens")) {
        for (Map.Entry<String, long[]> sum : sums.entrySet()) {
          upsert.setString(1, sum.getKey());
          for (int i = 0; i < 3; i++) {
            upsert.setLong(2 + i, sum.getValue()[i]);
          }
          upsert.addBatch();
        }
        upsert.executeBatch();
      }
      try (PreparedStatement move =
          connection.prepareStatement(
              "insert into bare_offset values (?, ?) on conflict (partition) do update"
                  + " set next_offset = excluded.next_offset")) {
        for (Map.Entry<Integer, Long> offset : offsets.entrySet()) {
          move.setInt(1, offset.getKey());
          move.setLong(2, offset.getValue());
          move.addBatch();
        }
        move.executeBatch();
      }
      connection.commit();
    }
  }

  private static final class Fields {
    String traceId;
    String spanId;
    String model = "";
    long inputTokens;
    long outputTokens;
  }

  /** As little as can be: ids, model, tokens. */
  private static void decode(byte[] value, List<Fields> into) throws IOException {
    try (JsonParser p = JSON.createParser(value)) {
      Fields span = null;
      String key = "";
      for (JsonToken token = p.nextToken(); token != null; token = p.nextToken()) {
        if (token != JsonToken.FIELD_NAME) {
          continue;
        }
        switch (p.currentName()) {
          case "traceId" -> {
            span = new Fields();
            into.add(span);
            span.traceId = p.nextTextValue();
          }
          case "spanId" -> span.spanId = p.nextTextValue();
          case "key" -> key = p.nextTextValue();
          case "stringValue" -> {
            if (key.equals("gen_ai.response.model")) {
              span.model = p.nextTextValue();
            }
          }
          case "intValue" -> {
            if (key.equals("gen_ai.usage.input_tokens")) {
              span.inputTokens = Long.parseLong(p.nextTextValue());
            } else if (key.equals("gen_ai.usage.output_tokens")) {
              span.outputTokens = Long.parseLong(p.nextTextValue());
            }
          }
          default -> {
            // not needed
          }
        }
      }
    }
  }
}
