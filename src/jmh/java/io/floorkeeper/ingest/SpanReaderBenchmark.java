package io.floorkeeper.ingest;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to read one decoded span with all bundled dialects in force. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class SpanReaderBenchmark {
  private static final long START = 1_790_000_000_000_000_000L;

  /** The dialect that is tried last, one that is tried early, an agent's span, anybody's span. */
  @Param({"otel-genai", "openinference", "agent", "http"})
  public String span;

  private SpanReader reader;
  private RawSpan raw;

  @Setup
  public void setUp() {
    reader = new SpanReader(Dialects.bundled());
    raw =
        switch (span) {
          case "otel-genai" ->
              span(
                  Map.ofEntries(
                      Map.entry("gen_ai.operation.name", "chat"),
                      Map.entry("gen_ai.provider.name", "anthropic"),
                      Map.entry("gen_ai.request.model", "claude-sonnet"),
                      Map.entry("gen_ai.response.model", "claude-sonnet-20260901"),
                      Map.entry("gen_ai.response.id", "msg_0123456789"),
                      Map.entry("gen_ai.agent.name", "critic"),
                      Map.entry("gen_ai.usage.input_tokens", 1_000L),
                      Map.entry("gen_ai.usage.cache_read.input_tokens", 600L),
                      Map.entry("gen_ai.usage.output_tokens", 50L),
                      Map.entry("gen_ai.conversation.id", "conversation-1"),
                      Map.entry("floorkeeper.decision.id", "d".repeat(64))));
          case "openinference" ->
              span(
                  Map.of(
                      "openinference.span.kind", "LLM",
                      "llm.model_name", "claude-sonnet",
                      "llm.provider", "anthropic",
                      "llm.token_count.prompt", 1_000L,
                      "llm.token_count.prompt_details.cache_read", 600L,
                      "llm.token_count.completion", 50L,
                      "session.id", "session-1",
                      "floorkeeper.decision.id", "d".repeat(64)));
          case "agent" ->
              span(
                  Map.of(
                      "gen_ai.operation.name", "invoke_agent",
                      "gen_ai.agent.name", "critic",
                      "gen_ai.usage.input_tokens", 1_000L));
          default -> span(Map.of());
        };
    boolean call = reader.read(raw) instanceof SpanReading.ModelCall;
    if (call != (span.equals("otel-genai") || span.equals("openinference"))) {
      throw new IllegalStateException("read as something else");
    }
  }

  @Benchmark
  public Object read() {
    return reader.read(raw);
  }

  private static RawSpan span(Map<String, Object> attributes) {
    return new RawSpan(
        RawSpan.Signal.SPAN,
        "0af7651916cd43dd8448eb211c80319c",
        "b7ad6b7169203331",
        "00f067aa0ba902b7",
        "chat claude-sonnet",
        START,
        START + 1_234_567_890L,
        RawSpan.Status.UNSET,
        "acme.agents",
        attributes,
        Map.of("service.name", "shop"),
        List.of(),
        List.of());
  }
}
