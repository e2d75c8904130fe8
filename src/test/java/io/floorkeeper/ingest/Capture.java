package io.floorkeeper.ingest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * A model that answers in OpenAI's format and a receiver of OTLP/HTTP, both on loopback: what an
 * instrumentation sends of a call is decoded and read as the service does.
 */
final class Capture implements AutoCloseable {
  /** The decision that calls are stamped with. */
  static final String DECISION = "EAQQDesycByR-dzcBgAAAAACAAACP4AAAE0AAAEAAAAAAAAAH62HwLxWkceSvJxA";

  static final String MODEL = "gpt-4o-2024-08-06";

  private static final String ANSWER =
      """
      {"id": "chatcmpl-17", "object": "chat.completion", "created": 1790000000, "model": "%s",
       "choices": [{"index": 0, "finish_reason": "stop",
         "message": {"role": "assistant", "content": "The patient is well."}}],
       "usage": {"prompt_tokens": 1200, "completion_tokens": 80, "total_tokens": 1280,
         "prompt_tokens_details": {"cached_tokens": 1000},
         "completion_tokens_details": {"reasoning_tokens": 30}}}
      """
          .formatted(MODEL);

  private final List<byte[]> batches = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final OpenTelemetrySdk sdk;
  private volatile boolean failing;

  /**
   * @param processors that a user would add
   */
  Capture(SpanProcessor... processors) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/v1/traces", this::takeTraces);
    server.createContext("/v1/chat/completions", this::complete);
    server.start();
    var tracers =
        SdkTracerProvider.builder()
            .setResource(
                Resource.create(
                    Attributes.of(AttributeKey.stringKey("service.name"), "claims-agents")));
    List.of(processors).forEach(tracers::addSpanProcessor);
    sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                tracers
                    .addSpanProcessor(
                        SimpleSpanProcessor.create(
                            OtlpHttpSpanExporter.builder()
                                .setEndpoint(url() + "/v1/traces")
                                .build()))
                    .build())
            .build();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  OpenTelemetrySdk sdk() {
    return sdk;
  }

  /** From now on the model is ill. */
  void failing() {
    failing = true;
  }

  /** What was sent, read; in the order in which the spans ended. */
  List<SpanReading> readings() {
    sdk.getSdkTracerProvider().forceFlush().join(10, TimeUnit.SECONDS);
    Dialects dialects = Dialects.bundled();
    OtlpDecoder decoder = new OtlpDecoder(dialects);
    SpanReader reader = new SpanReader(dialects);
    List<SpanReading> readings = new ArrayList<>();
    for (byte[] batch : batches) {
      ((Decoded.Spans) decoder.decode(batch)).spans().forEach(s -> readings.add(reader.read(s)));
    }
    return readings;
  }

  /** The only model call among what was sent. */
  SpanReading.ModelCall onlyCall() {
    List<SpanReading> readings = readings();
    List<SpanReading.ModelCall> calls =
        readings.stream()
            .filter(SpanReading.ModelCall.class::isInstance)
            .map(SpanReading.ModelCall.class::cast)
            .toList();
    if (calls.size() != 1) {
      throw new AssertionError("not one call: " + readings);
    }
    return calls.get(0);
  }

  private void takeTraces(HttpExchange exchange) throws IOException {
    batches.add(exchange.getRequestBody().readAllBytes());
    answer(exchange, 200, "application/x-protobuf", new byte[0]);
  }

  private void complete(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    answer(
        exchange,
        failing ? 400 : 200,
        "application/json",
        (failing ? "{\"error\": {\"message\": \"too long\", \"type\": \"bad\"}}" : ANSWER)
            .getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    sdk.close();
    server.stop(0);
  }
}
