package io.floorkeeper.journey;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Agents whose spans the OpenTelemetry SDK sends: per task an agent that repeats the usage of its
 * calls, a step of the program's own, a query of a database, two model calls with prompts, an HTTP
 * request below each; and verdicts as log records. A batch that is refused is sent again.
 */
final class InstrumentedAgents implements AutoCloseable {
  /** In every prompt and in every answer. */
  static final String SECRET = "the-patient-asks-for-a-second-opinion";

  /** Spans of a task that the recipe lets through: agent, step and two calls. */
  static final int KEPT_PER_TASK = 4;

  /** Those that it drops: a query and two requests. */
  static final int NOISE_PER_TASK = 3;

  private static final int QUEUE = 400_000;
  private static final Map<String, long[]> USD_PER_MILLION =
      Map.of("tiny-1", new long[] {10, 1, 12, 50}, "grand-1", new long[] {150, 15, 180, 750});

  private final RandomGenerator random;
  private final SdkTracerProvider tracers;
  private final SdkLoggerProvider loggers;
  private final Tracer tracer;
  private final Logger logger;
  private final AtomicLong resends = new AtomicLong();
  private Truth truth = new Truth(0, 0, 0, 0, 0, 0, 0, 0);

  /** What was sent, once each. */
  record Truth(
      long tasks,
      long calls,
      long input,
      long cacheRead,
      long cacheWrite,
      long output,
      long nanoUsd,
      long verdicts) {}

  InstrumentedAgents(URI traces, URI logs, RandomGenerator random) {
    this.random = random;
    this.tracers =
        SdkTracerProvider.builder()
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        new Stubborn(
                            OtlpHttpSpanExporter.builder().setEndpoint(traces.toString()).build()))
                    .setMaxQueueSize(QUEUE)
                    .setScheduleDelay(Duration.ofMillis(200))
                    .build())
            .build();
    this.loggers =
        SdkLoggerProvider.builder()
            .addLogRecordProcessor(
                BatchLogRecordProcessor.builder(
                        new StubbornLogs(
                            OtlpHttpLogRecordExporter.builder()
                                .setEndpoint(logs.toString())
                                .build()))
                    .setMaxQueueSize(QUEUE)
                    .setScheduleDelay(Duration.ofMillis(200))
                    .build())
            .build();
    this.tracer = tracers.get("acme-agents");
    this.logger = loggers.get("acme-agents");
  }

  /** Does one task under one decision. */
  void work(String role, String decisionId, String model) {
    Span agent =
        tracer
            .spanBuilder("invoke_agent " + role)
            .setNoParent()
            .setAttribute("gen_ai.operation.name", "invoke_agent")
            .setAttribute("gen_ai.agent.name", role)
            .setAttribute("gen_ai.input.messages", SECRET)
            .setAttribute("gen_ai.response.model", model)
            .startSpan();
    Span step = child(agent, "plan", SpanKind.INTERNAL).startSpan();
    child(step, "SELECT documents", SpanKind.CLIENT)
        .setAttribute("db.system.name", "postgresql")
        .setAttribute("db.query.text", "select '" + SECRET + "'")
        .startSpan()
        .end();
    long input = 0;
    long output = 0;
    for (int i = 0; i < 2; i++) {
      int cacheRead = random.nextInt(500);
      int cacheWrite = random.nextInt(50);
      int fresh = random.nextInt(5_000);
      int answered = random.nextInt(1_000);
      Span call = call(step, decisionId, model, fresh, cacheRead, cacheWrite, answered);
      input += fresh + cacheRead + cacheWrite;
      output += answered;
      long[] price = USD_PER_MILLION.get(model);
      boolean judged = i == 0 && truth.tasks % 5 == 0;
      if (judged) {
        judge(call);
      }
      truth =
          new Truth(
              truth.tasks + i,
              truth.calls + 1,
              truth.input + fresh,
              truth.cacheRead + cacheRead,
              truth.cacheWrite + cacheWrite,
              truth.output + answered,
              truth.nanoUsd
                  + 1_000
                      * (fresh * price[0]
                          + cacheRead * price[1]
                          + cacheWrite * price[2]
                          + answered * price[3]),
              truth.verdicts + (judged ? 1 : 0));
    }
    step.end();
    agent.setAttribute("gen_ai.usage.input_tokens", input);
    agent.setAttribute("gen_ai.usage.output_tokens", output);
    agent.end();
  }

  private Span call(
      Span parent,
      String decisionId,
      String model,
      int fresh,
      int cacheRead,
      int cacheWrite,
      int answered) {
    Span call =
        child(parent, "chat " + model, SpanKind.CLIENT)
            .setAttribute("gen_ai.operation.name", "chat")
            .setAttribute("gen_ai.provider.name", "acme")
            .setAttribute("gen_ai.request.model", model)
            .setAttribute("gen_ai.response.model", model)
            .setAttribute("gen_ai.response.id", "resp-" + Long.toHexString(random.nextLong()))
            .setAttribute("floorkeeper.decision.id", decisionId)
            .setAttribute("gen_ai.usage.input_tokens", fresh + cacheRead + cacheWrite)
            .setAttribute("gen_ai.usage.cache_read.input_tokens", cacheRead)
            .setAttribute("gen_ai.usage.cache_creation.input_tokens", cacheWrite)
            .setAttribute("gen_ai.usage.output_tokens", answered)
            .setAttribute("gen_ai.input.messages", "[{\"content\": \"" + SECRET + "\"}]")
            .setAttribute("gen_ai.output.messages", SECRET)
            .setAttribute("gen_ai.system_instructions", SECRET)
            .setAttribute("gen_ai.prompt.0.content", SECRET)
            .setAttribute("llm.input_messages.0.message.content", SECRET)
            .setAttribute("input.value", SECRET)
            .setAttribute("traceloop.entity.output", SECRET)
            .startSpan();
    call.addEvent("gen_ai.user.message", Attributes.of(AttributeKey.stringKey("content"), SECRET));
    child(call, "POST", SpanKind.CLIENT)
        .setAttribute("http.request.method", "POST")
        .setAttribute("url.full", "https://models.example/v1?q=" + SECRET)
        .startSpan()
        .end();
    call.end();
    return call;
  }

  private void judge(Span call) {
    logger
        .logRecordBuilder()
        .setContext(Context.root().with(call))
        .setEventName("gen_ai.evaluation.result")
        .setAttribute(AttributeKey.stringKey("gen_ai.evaluation.name"), "helpful")
        .setAttribute(AttributeKey.doubleKey("gen_ai.evaluation.score.value"), 1.0)
        .setAttribute(AttributeKey.stringKey("gen_ai.evaluation.explanation"), SECRET)
        .setBody(SECRET)
        .emit();
    logger
        .logRecordBuilder()
        .setContext(Context.root().with(call))
        .setBody("an ordinary line of a log about " + SECRET)
        .emit();
  }

  private io.opentelemetry.api.trace.SpanBuilder child(Span parent, String name, SpanKind kind) {
    return tracer.spanBuilder(name).setParent(Context.root().with(parent)).setSpanKind(kind);
  }

  Truth truth() {
    return truth;
  }

  /** Batches that were sent again. */
  long resends() {
    return resends.get();
  }

  /** Returns when all was taken. */
  void flush() {
    if (!tracers.forceFlush().join(5, TimeUnit.MINUTES).isSuccess()
        || !loggers.forceFlush().join(5, TimeUnit.MINUTES).isSuccess()) {
      throw new IllegalStateException("the spans could not be sent");
    }
  }

  @Override
  public void close() {
    tracers.shutdown().join(10, TimeUnit.SECONDS);
    loggers.shutdown().join(10, TimeUnit.SECONDS);
  }

  private CompletableResultCode untilTaken(Supplier<CompletableResultCode> send) {
    while (!send.get().join(20, TimeUnit.SECONDS).isSuccess()) {
      resends.incrementAndGet();
      LockSupport.parkNanos(100_000_000L);
    }
    return CompletableResultCode.ofSuccess();
  }

  private final class Stubborn implements SpanExporter {
    private final SpanExporter exporter;

    Stubborn(SpanExporter exporter) {
      this.exporter = exporter;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      return untilTaken(() -> exporter.export(spans));
    }

    @Override
    public CompletableResultCode flush() {
      return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return exporter.shutdown();
    }
  }

  private final class StubbornLogs implements LogRecordExporter {
    private final LogRecordExporter exporter;

    StubbornLogs(LogRecordExporter exporter) {
      this.exporter = exporter;
    }

    @Override
    public CompletableResultCode export(Collection<LogRecordData> records) {
      return untilTaken(() -> exporter.export(records));
    }

    @Override
    public CompletableResultCode flush() {
      return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return exporter.shutdown();
    }
  }
}
