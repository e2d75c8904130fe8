package io.floorkeeper.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.platform.Backoff;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseReady;
import io.floorkeeper.platform.KafkaSettings;
import io.floorkeeper.platform.Settings;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The first-run demonstration: a small pipeline (planner, two workers, file-ops, worker, critic)
 * that uses the service the way an orchestrator does: asks {@code /route} over HTTP before every
 * call, and emits its spans through the OpenTelemetry SDK into Kafka. Only the models are invented.
 */
@ApplicationScoped
public class DemoPipeline {
  private static final Logger LOG = Logger.getLogger(DemoPipeline.class);
  private static final List<String> STEPS =
      List.of("planner", "worker", "worker", "file-ops", "worker", "critic");

  private final DemoSettings settings;
  private final KafkaSettings kafka;
  private final ObjectMapper json;
  private final URI route;
  private final String topic;

  /** Of FLOORKEEPER_API_KEY, where the service wants one. */
  private final Optional<String> key = Settings.ofProcess().find(Settings.API_KEY);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private volatile boolean stopping;
  private Thread thread;

  DemoPipeline(
      DemoSettings settings,
      KafkaSettings kafka,
      ObjectMapper json,
      @ConfigProperty(name = "quarkus.http.port", defaultValue = "8080") int port,
      @ConfigProperty(name = "floorkeeper.ingest.span-topics", defaultValue = "otlp_spans")
          List<String> topics) {
    this.settings = settings;
    this.kafka = kafka;
    this.json = json;
    this.route = URI.create("http://127.0.0.1:" + port + "/route");
    this.topic = topics.get(0);
  }

  /** Waits for the database: ids of the time before would teach nobody. */
  void start(@Observes @Priority(DatabaseReady.Order.STREAMS + 1) DatabaseReady ready) {
    if (settings.enabled() && thread == null) {
      thread = new Thread(this::run, "demo-pipeline");
      thread.setDaemon(true);
      thread.start();
    }
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    stopping = true;
    if (thread != null) {
      thread.interrupt();
      thread.join(2_000);
    }
  }

  private void run() {
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(Resource.builder().put("service.name", "floorkeeper-demo").build())
            .addSpanProcessor(
                BatchSpanProcessor.builder(new KafkaSpanExporter(kafka.common(), topic))
                    .setScheduleDelay(Duration.ofMillis(200))
                    .build())
            .build();
    Tracer tracer = provider.get("floorkeeper.demo");
    Random random = new Random(settings.seed());
    Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
    long pauseMillis = Math.max(1, Math.round(1_000 / settings.runsPerSecond()));
    LOG.infof(
        "the demonstration runs: %.0f pipeline runs a second with invented models, seed %d",
        settings.runsPerSecond(), settings.seed());
    try {
      for (long number = 0; !stopping; number++) {
        try {
          pipeline(tracer, random, number);
          backoff.reset();
        } catch (IOException e) {
          LOG.warnf("the demonstration waits for the service: %s", Causes.briefly(e));
          if (!backoff.pause()) {
            return;
          }
        }
        TimeUnit.MILLISECONDS.sleep(pauseMillis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      provider.shutdown().join(1, TimeUnit.SECONDS);
    }
  }

  private void pipeline(Tracer tracer, Random random, long number)
      throws IOException, InterruptedException {
    Instant at = Instant.now();
    Span run =
        tracer
            .spanBuilder("invoke_agent pipeline")
            .setStartTimestamp(at)
            .setAttribute("gen_ai.operation.name", "invoke_agent")
            .setAttribute("gen_ai.agent.name", "pipeline")
            .startSpan();
    for (String role : STEPS) {
      JsonNode answer = route(role, "demo-" + settings.seed() + "-" + number);
      InventedModels.Outcome outcome =
          InventedModels.call(role, answer.path("tier").asText(), random);
      String model = answer.path("model").asText();
      Span call =
          tracer
              .spanBuilder("chat " + model)
              .setParent(Context.root().with(run))
              .setSpanKind(SpanKind.CLIENT)
              .setStartTimestamp(at)
              .setAttribute("gen_ai.operation.name", "chat")
              .setAttribute("gen_ai.provider.name", answer.path("provider").asText())
              .setAttribute("gen_ai.request.model", model)
              .setAttribute("gen_ai.response.model", model)
              .setAttribute("gen_ai.agent.name", role)
              .setAttribute("gen_ai.usage.input_tokens", outcome.inputTokens())
              .setAttribute("gen_ai.usage.output_tokens", outcome.outputTokens())
              .setAttribute("floorkeeper.decision.id", answer.path("decision_id").asText())
              .startSpan();
      if (answer.path("evaluate").asBoolean()) {
        call.setAttribute("floorkeeper.check.name", "invented");
        call.setAttribute("floorkeeper.check.passed", outcome.passed());
      }
      at = at.plusMillis(outcome.latencyMillis());
      call.end(at);
    }
    run.end(at);
  }

  private HttpRequest.Builder request() {
    HttpRequest.Builder request = HttpRequest.newBuilder(route);
    key.ifPresent(shown -> request.header("Authorization", "Bearer " + shown));
    return request;
  }

  private JsonNode route(String role, String runId) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        http.send(
            request()
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(5))
                .POST(
                    HttpRequest.BodyPublishers.ofByteArray(
                        json.writeValueAsBytes(
                            Map.of(
                                "role", role,
                                "run_id", runId,
                                "collaboration", "planner-worker-critic"))))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new IOException(
          "HTTP " + response.statusCode() + ": " + json.readTree(response.body()).path("detail"));
    }
    return json.readTree(response.body());
  }
}
