package io.floorkeeper.journey;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.platform.EmbeddedDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many spans a second the service takes in from the broker to committed evidence, on this
 * machine, with PostgreSQL and the broker beside it; and what two bare loops do in the same run.
 * See {@code src/acceptance/ingest-throughput.sh}.
 *
 * <pre>
 * IngestThroughput OUT.json [seconds=120] [warmup=10] [short=5] [burst=1000000] [seed=1] [encoding=json] [record=150]
 * </pre>
 */
final class IngestThroughput {
  private static final String POLICY =
      """
      tiers:
        - {name: small, models: [{name: atlas-mini, provider: acme, price: {input_usd_per_million: 0.25, output_usd_per_million: 1.25}}]}
        - {name: mid, models: [{name: atlas-base, provider: acme, price: {input_usd_per_million: 1, output_usd_per_million: 5}}]}
        - {name: large, models: [{name: atlas-large, provider: acme, price: {input_usd_per_million: 3, output_usd_per_million: 15}}]}
        - {name: frontier, models: [{name: atlas-ultra, provider: acme, price: {input_usd_per_million: 15, output_usd_per_million: 75}}]}
      defaults: {preset: frontier, floor: {quality: 0.85}, label_rate: 0.3}
      roles:
        planner: {floor: {relative_to_reference: 0.98}}
        critic: {floor: {relative_to_reference: 0.95}}
        worker: {}
        extractor: {}
        coder: {}
        tester: {}
        summariser: {}
        translator: {}
        classifier: {}
        reviewer: {}
        formatter: {}
        searcher: {}
      """;

  private final Map<String, String> options = new TreeMap<>();
  private final ObjectNode report = ServiceProcess.JSON.createObjectNode();
  private final LoadStage stage;

  private long sent;
  private long sentCalls;

  /** Spans a second of the last window. */
  private double sustained;

  /** Of the topic, per partition, where the long run's records begin. */
  private long firstOffset;

  private IngestThroughput(LoadStage stage, String[] args) {
    this.stage = stage;
    options.putAll(Map.of("seconds", "120", "warmup", "10", "short", "5", "burst", "1000000"));
    options.putAll(Map.of("seed", "1", "encoding", "json", "record", "150", "rate", "40000"));
    for (String arg : args) {
      String[] pair = arg.split("=", 2);
      if (pair.length != 2 || !options.containsKey(pair[0])) {
        throw new IllegalArgumentException(arg + " is none of " + options.keySet());
      }
      options.put(pair[0], pair[1]);
    }
  }

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("ingest-throughput");
    int status = 1;
    try {
      Path policy = Files.writeString(folder.resolve("policy.yaml"), POLICY);
      try (LoadStage stage = new LoadStage(folder, policy)) {
        IngestThroughput run =
            new IngestThroughput(stage, Arrays.copyOfRange(args, 1, args.length));
        run.run();
        Path out = Path.of(args[0]);
        Files.createDirectories(out.toAbsolutePath().getParent());
        ServiceProcess.JSON.writerWithDefaultPrettyPrinter().writeValue(out.toFile(), run.report);
        status = 0;
      } catch (Exception | Error e) {
        e.printStackTrace();
        if (Files.exists(folder.resolve("service.log"))) {
          List<String> log = Files.readAllLines(folder.resolve("service.log"));
          log.subList(Math.max(0, log.size() - 40), log.size()).forEach(System.err::println);
        }
      }
    } finally {
      delete(folder);
    }
    System.exit(status); // whatever the broker left running
  }

  private void run() throws Exception {
    report.put("processors", Runtime.getRuntime().availableProcessors());
    stage.prepare(12);
    int perRecord = number("record");
    LoadSpans.Encoding encoding =
        LoadSpans.Encoding.valueOf(options.get("encoding").toUpperCase(Locale.ROOT));
    if (number("short") > 0) {
      brief("protobuf, 150 spans a record", LoadSpans.Encoding.PROTOBUF, 150);
      brief("JSON, one span a record", LoadSpans.Encoding.JSON, 1);
    }
    firstOffset =
        stage.number(
            "select coalesce(max(next_offset), 0) from stream_position where topic = 'otlp_spans'");
    sustained(encoding, perRecord);
    burst(encoding, perRecord);
    exact();
    stage.service().stop();
    if (encoding == LoadSpans.Encoding.JSON) {
      bare(perRecord);
    }
  }

  /** A few seconds of another kind of records. */
  private void brief(String name, LoadSpans.Encoding encoding, int perRecord) throws Exception {
    LoadSpans load = stage.spans(encoding, perRecord, number("seed") + 1_000L * perRecord);
    measure(name, load, 3, number("short"));
  }

  private void sustained(LoadSpans.Encoding encoding, int perRecord) throws Exception {
    LoadSpans load = stage.spans(encoding, perRecord, number("seed"));
    measure(
        encoding
            + ", "
            + perRecord
            + (perRecord == 1 ? " span" : " spans")
            + " a record, sustained",
        load,
        number("warmup"),
        number("seconds"));
  }

  /** All is in the topic before the first is read, so nobody sends in the meantime. */
  private void measure(String name, LoadSpans load, int warmUp, int seconds) throws Exception {
    stage.send(load, (long) (warmUp + seconds) * number("rate"));
    sent += load.spans();
    sentCalls += load.calls();
    long before = stage.total("spans");
    stage.service().start();
    try (LoadGauge gauge = stage.gauge()) {
      long begin = System.nanoTime();
      while (System.nanoTime() - begin < warmUp * 1_000_000_000L
          || stage.total("spans") == before) {
        Thread.sleep(100);
      }
      List<Double> slices = new ArrayList<>();
      long startSpans = stage.total("spans");
      LoadGauge.Reading start = gauge.read();
      long sliceSpans = startSpans;
      long sliceNanos = start.atNanos();
      long now = startSpans;
      boolean ranDry = false;
      while (!ranDry && System.nanoTime() - start.atNanos() < seconds * 1_000_000_000L) {
        Thread.sleep(500);
        now = stage.total("spans");
        ranDry = now >= before + load.spans();
        if (System.nanoTime() - sliceNanos >= 5_000_000_000L) {
          slices.add((now - sliceSpans) * 1e9 / (System.nanoTime() - sliceNanos));
          sliceSpans = now;
          sliceNanos = System.nanoTime();
        }
      }
      now = stage.total("spans");
      LoadGauge.Reading spent = gauge.read().minus(start);
      long spans = now - startSpans;
      tell(name, spans, spent, slices, load, ranDry);
    }
    awaitAll();
    if (seconds == number("short")) {
      stage.service().stop();
    }
  }

  private void tell(
      String name,
      long spans,
      LoadGauge.Reading spent,
      List<Double> slices,
      LoadSpans load,
      boolean ranDry) {
    double perSecond = spans * 1e9 / spent.atNanos();
    sustained = perSecond;
    ObjectNode told = report.putObject(name);
    told.put("spans", spans);
    told.put("seconds", spent.atNanos() / 1e9);
    told.put("spans_per_second", perSecond);
    told.put(
        "spans_per_second_worst_5_s", slices.stream().mapToDouble(d -> d).min().orElse(perSecond));
    told.put("record_bytes_per_span", load.bytes() / load.spans());
    told.put("allocated_bytes_per_span_stream", spent.streamBytes() / Math.max(1, spans));
    told.put("allocated_bytes_per_span_service", spent.bytes() / Math.max(1, spans));
    told.put("processor_micros_per_span_service", spent.serviceNanos() / 1e3 / spans);
    told.put("processor_micros_per_span_postgres", spent.postgresNanos() / 1e3 / spans);
    told.put("processor_micros_per_span_broker", spent.driverNanos() / 1e3 / spans);
    told.put("cores_service", spent.cores(spent.serviceNanos()));
    told.put("cores_postgres", spent.cores(spent.postgresNanos()));
    told.put("cores_broker", spent.cores(spent.driverNanos()));
    told.put("cores_of_others", spent.foreignCores());
    told.put("ran_dry", ranDry);
    System.out.printf(
        Locale.ROOT,
        "%s: %,d spans in %.1f s = %,.0f spans/s (worst 5 s: %,.0f)%s%n"
            + "  %d bytes a span in Kafka; allocated per span: %,d bytes on the stream's threads, %,d in the service%n"
            + "  processor time per span: service %.1f us, PostgreSQL %.1f us, broker %.1f us; two processors could do %,.0f spans/s%n"
            + "  cores: service %.2f, PostgreSQL %.2f, broker %.2f, others on this machine %.2f%n",
        name,
        spans,
        spent.atNanos() / 1e9,
        perSecond,
        told.get("spans_per_second_worst_5_s").asDouble(),
        ranDry ? ", then there were no more" : "",
        load.bytes() / load.spans(),
        spent.streamBytes() / Math.max(1, spans),
        spent.bytes() / Math.max(1, spans),
        spent.serviceNanos() / 1e3 / spans,
        spent.postgresNanos() / 1e3 / spans,
        spent.driverNanos() / 1e3 / spans,
        2e9 * spans / (spent.serviceNanos() + spent.postgresNanos() + spent.driverNanos()),
        spent.cores(spent.serviceNanos()),
        spent.cores(spent.postgresNanos()),
        spent.cores(spent.driverNanos()),
        spent.foreignCores());
  }

  private void awaitAll() throws Exception {
    long last = -1;
    long lastNanos = System.nanoTime();
    while (true) {
      long now = stage.total("spans");
      if (now == sent) {
        return;
      }
      if (now > sent) {
        throw new AssertionError(now + " spans counted, " + sent + " sent");
      }
      if (now != last) {
        last = now;
        lastNanos = System.nanoTime();
      } else if (System.nanoTime() - lastNanos > 60_000_000_000L) {
        throw new AssertionError("stands still at " + now + " of " + sent);
      }
      Thread.sleep(100);
    }
  }

  /** All at once, while the service reads. */
  private void burst(LoadSpans.Encoding encoding, int perRecord) throws Exception {
    long spans = number("burst");
    if (spans == 0) {
      return;
    }
    LoadSpans load = stage.spans(encoding, perRecord, number("seed") + 7);
    long start = System.nanoTime();
    stage.send(load, spans);
    double sentSeconds = (System.nanoTime() - start) / 1e9;
    sent += load.spans();
    sentCalls += load.calls();
    long behind = sent - stage.total("spans");
    awaitAll();
    double seconds = (System.nanoTime() - start) / 1e9;
    ObjectNode told = report.putObject("burst");
    told.put("spans", load.spans());
    told.put("seconds_to_send", sentSeconds);
    told.put("spans_behind_when_sent", behind);
    told.put("seconds_until_no_lag", seconds);
    System.out.printf(
        Locale.ROOT,
        "burst: %,d spans sent in %.1f s; %,d behind then; no lag %.1f s after the first was sent%n",
        load.spans(),
        sentSeconds,
        behind,
        seconds);
  }

  /** Nothing was lost and nothing counted twice, or the speed is worth nothing. */
  private void exact() throws SQLException {
    long calls = stage.number("select count(*) from call");
    long evidence = stage.number("select sum(latency_count) from evidence");
    long routed = stage.total("routed");
    System.out.printf(
        Locale.ROOT,
        "exact: %,d of %,d calls are rows, %,d duplicates, %,d dead letters; %,d of %,d routed ones are evidence%n",
        calls,
        sentCalls,
        stage.total("duplicates"),
        stage.total("dead_letters"),
        evidence,
        routed);
    if (calls != sentCalls
        || evidence != routed
        || stage.total("dead_letters") != 0
        || stage.total("duplicates") != 0) {
      throw new AssertionError("not exactly once");
    }
  }

  private void bare(int perRecord) throws Exception {
    int seconds = Math.max(5, number("short"));
    EmbeddedDatabase database = stage.platform().database().orElseThrow();
    double counted = loop("count", perRecord, seconds, List.of());
    double deduped =
        loop(
            "dedupe",
            perRecord,
            2 * seconds,
            List.of(database.jdbcUrl(), database.username(), database.password(), "10000"));
    ObjectNode told = report.putObject("bare");
    told.put("count_spans_per_second", counted);
    told.put("dedupe_spans_per_second", deduped);
    told.put("ratio_to_count", sustained / counted);
    told.put("ratio_to_dedupe", sustained / deduped);
    System.out.printf(
        Locale.ROOT,
        "bare: counting %,.0f spans/s, dedupe and aggregate %,.0f spans/s; the service is at %.3f and %.2f of them%n",
        counted,
        deduped,
        sustained / counted,
        sustained / deduped);
  }

  private double loop(String which, int perRecord, int seconds, List<String> further)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                BareLoops.class.getName(),
                which,
                stage.platform().broker().orElseThrow().bootstrapServers(),
                "" + perRecord,
                "" + seconds,
                "" + firstOffset));
    command.addAll(further);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String[] printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .strip()
            .split("\\s+");
    if (process.waitFor() != 0 || printed.length < 2) {
      throw new IllegalStateException("the bare loop ended with " + process.exitValue());
    }
    return Long.parseLong(printed[printed.length - 2])
        / Double.parseDouble(printed[printed.length - 1]);
  }

  private int number(String option) {
    return Integer.parseInt(options.get(option));
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
