package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.event;
import static io.floorkeeper.ingest.Otlp.span;
import static io.floorkeeper.ingest.OtlpLogs.log;

import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where the search for bad bytes begins: own batches, and captured ones where they lie about. */
final class FuzzSeeds {
  private static final Path SAMPLES = Path.of("..", "shared", "samples");

  /** A few large ones would take all the time there is, and hold nothing that the small do not. */
  private static final int LARGEST = 16_384;

  private FuzzSeeds() {}

  /** Writes each seed into a file of its own in this folder. */
  public static void main(String... arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    int number = 0;
    for (byte[] seed : all()) {
      Files.write(folder.resolve("seed-" + number++), seed);
    }
  }

  static List<byte[]> all() throws IOException {
    List<byte[]> seeds =
        new ArrayList<>(
            List.of(
                spans().toByteArray(),
                Otlp.json(spans()),
                logs().toByteArray(),
                OtlpLogs.json(logs())));
    if (Files.isDirectory(SAMPLES)) {
      try (Stream<Path> files = Files.walk(SAMPLES)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
          if (Files.size(file) <= LARGEST) {
            seeds.add(Files.readAllBytes(file));
          }
        }
      }
    }
    return seeds;
  }

  /** With something of everything that is read. */
  static TracesData spans() {
    return Otlp.batch(
        "acme",
        Map.of("service.name", "shop"),
        span(
                "gen_ai.operation.name", "chat",
                "gen_ai.request.model", "m",
                "gen_ai.usage.input_tokens", 97,
                "gen_ai.usage.output_tokens", "52",
                "gen_ai.usage.cost", 0.25,
                "gen_ai.input.messages", "hello",
                "floorkeeper.check.passed", true)
            .addEvents(
                event(
                    "gen_ai.evaluation.result",
                    "gen_ai.evaluation.name",
                    "Relevance",
                    "gen_ai.evaluation.score.value",
                    0.5)),
        span(
                "openinference.span.kind",
                "LLM",
                "llm.token_count.prompt",
                12,
                "evaluations.0.evaluation.name",
                "tone",
                "evaluations.0.evaluation.score",
                1.0)
            .setParentSpanId(Otlp.bytes(Otlp.SPAN))
            .addLinks(
                Span.Link.newBuilder()
                    .setTraceId(Otlp.bytes(Otlp.TRACE))
                    .setSpanId(Otlp.bytes(Otlp.SPAN))));
  }

  private static LogsData logs() {
    return OtlpLogs.logs(
        "com.anthropic.claude_code.events",
        Map.of("service.name", "shop"),
        log(
                "gen_ai.evaluation.result",
                "gen_ai.evaluation.name",
                "Relevance",
                "gen_ai.evaluation.score.value",
                4.0,
                "gen_ai.response.id",
                "r-1")
            .setBody(OtlpLogs.body("hello")),
        log(
                "",
                "event.name",
                "api_request",
                "model",
                "m",
                "input_tokens",
                "12",
                "duration_ms",
                842,
                "request_id",
                "q-1")
            .setTimeUnixNano(0)
            .setObservedTimeUnixNano(Otlp.END)
            .clearTraceId()
            .clearSpanId());
  }
}
