package io.floorkeeper.routing;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.policy.Classifier;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.RolePolicy;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks external classifiers how complex a request is, for roles whose policy names a URL, and never
 * waits longer than the policy allows: nobody's thread at all.
 *
 * <p>Whatever goes wrong is a {@link Classification} that says so, never an error. Each URL has so
 * many places to wait in, and a {@link Circuit}: a classifier that is slow or gone costs some
 * requests their time limit, and not all of them.
 */
@ApplicationScoped
class ExternalClassifiers {
  private final Vertx vertx;
  private final HttpClient http;
  private final ObjectMapper json;
  private final MeterRegistry meters;
  private final ClassifierSettings settings;
  private final Clock clock = Clock.systemUTC();
  private final Map<URI, Line> lines = new ConcurrentHashMap<>();

  ExternalClassifiers(
      Vertx vertx, ObjectMapper json, MeterRegistry meters, ClassifierSettings settings) {
    this.vertx = vertx;
    this.json = json;
    this.meters = meters;
    this.settings = settings;
    this.http =
        vertx
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setMaxPoolSize(settings.inFlight())
                    .setMaxWaitQueueSize(settings.inFlight()))
            // A connection that breaks fails its question, which tells it; the log need not.
            .withConnectHandler(connection -> connection.exceptionHandler(e -> {}))
            .build();
  }

  /** What is known of one URL. */
  private static final class Line {
    final Circuit circuit;
    final AtomicInteger waiting = new AtomicInteger();

    Line(ClassifierSettings settings) {
      circuit = new Circuit(settings.openAfter(), settings.coolDown().toMillis());
    }
  }

  /** What the classifier is told: what {@code /route} was, as far as it says how hard a task is. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Question(
      String role,
      String step,
      String collaboration,
      RouteRequest.Context context,
      Map<String, String> tags) {}

  /**
   * Whether somebody has to be asked before this request can be decided: its role names a URL, it
   * does not say its complexity, it goes on with no task, no kill switch is on, and there is a
   * choice. Allocates nothing where the role has no URL.
   *
   * @throws io.floorkeeper.platform.Problem as the decision itself would: before anybody is asked
   */
  static boolean areAsked(
      RouteRequest request, Caller caller, AllocationSnapshot snapshot, long nowMillis) {
    RoleRoutes routes = snapshot.routes(request.role());
    boolean asked =
        routes != null
            && routes.policy().classifier().isPresent()
            && routes.policy().classifier().get().url().isPresent()
            && routes.policy().strategy() != RolePolicy.Strategy.FIXED
            && request.complexity() == null
            && request.continues() == null
            && !snapshot.killSwitch()
            && Long.bitCount(
                    Eligibility.mask(request, caller, routes, snapshot.published().policy()))
                > 1;
    if (asked) { // nobody pays for a word on what is refused
      SpendCeilings.orBlock(request, snapshot, routes, nowMillis);
    }
    return asked;
  }

  /** Asks; the answer is there within the policy's time limit, whatever happens. */
  CompletionStage<Classification> ask(RouteRequest request, AllocationSnapshot snapshot) {
    RolePolicy role = snapshot.routes(request.role()).policy();
    Classifier classifier = role.classifier().orElseThrow();
    Line line = lines.computeIfAbsent(classifier.url().orElseThrow(), u -> new Line(settings));
    if (line.waiting.incrementAndGet() > settings.inFlight()) {
      line.waiting.decrementAndGet();
      return unasked(role, Classification.BUSY);
    }
    if (!line.circuit.admits(clock.millis())) {
      line.waiting.decrementAndGet();
      return unasked(role, Classification.DOWN);
    }
    Call call = new Call(classifier, line, role, snapshot.published().policy());
    call.begin(request);
    return call.outcome;
  }

  private CompletionStage<Classification> unasked(RolePolicy role, String constraint) {
    count(role, constraint);
    return CompletableFuture.completedFuture(new Classification(null, constraint, 0, 0));
  }

  private void count(RolePolicy role, String constraint) {
    String outcome =
        constraint == null ? "classified" : constraint.substring("classifier_".length());
    meters
        .counter("floorkeeper.classifier.calls", "role", role.name(), "outcome", outcome)
        .increment();
  }

  /** One question. */
  private final class Call {
    final CompletableFuture<Classification> outcome = new CompletableFuture<>();
    private final Classifier classifier;
    private final Line line;
    private final RolePolicy role;
    private final Policy policy;
    private final long begunNanos = System.nanoTime();
    private final Buffer body = Buffer.buffer();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile HttpClientRequest sent;
    private long timer;

    Call(Classifier classifier, Line line, RolePolicy role, Policy policy) {
      this.classifier = classifier;
      this.line = line;
      this.role = role;
      this.policy = policy;
    }

    void begin(RouteRequest request) {
      long limitMillis = Math.max(1, classifier.timeLimit().toMillis());
      timer = vertx.setTimer(limitMillis, t -> end(Classification.TIMEOUT, null, policyNanoUsd()));
      byte[] question;
      try {
        question =
            json.writeValueAsBytes(
                new Question(
                    request.role(),
                    request.step(),
                    request.collaboration(),
                    request.context(),
                    request.tags()));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("plain values are always writable", e);
      }
      http.request(
              new RequestOptions()
                  .setMethod(HttpMethod.POST)
                  .setAbsoluteURI(classifier.url().orElseThrow().toString())
                  .setConnectTimeout(limitMillis)
                  .putHeader("Content-Type", "application/json")
                  .putHeader("Accept", "application/json"))
          .compose(
              opened -> {
                sent = opened;
                opened.exceptionHandler(e -> end(Classification.FAILED, null, policyNanoUsd()));
                if (ended.get()) { // the limit has passed meanwhile
                  opened.reset();
                }
                return opened.send(Buffer.buffer(question));
              })
          .onSuccess(this::read)
          .onFailure(e -> end(Classification.FAILED, null, 0));
    }

    private void read(HttpClientResponse response) {
      response.exceptionHandler(e -> end(Classification.FAILED, null, policyNanoUsd()));
      if (response.statusCode() != 200) {
        end(Classification.FAILED, null, policyNanoUsd());
        return;
      }
      response.handler(
          part -> {
            if (body.length() + part.length() > ClassifierAnswer.MOST_BYTES) {
              end(Classification.FAILED, null, policyNanoUsd());
            } else if (!ended.get()) {
              body.appendBuffer(part);
            }
          });
      response.endHandler(
          end -> {
            ClassifierAnswer answer = ClassifierAnswer.read(body.getBytes(), json, role, policy);
            if (answer == null) {
              end(Classification.FAILED, null, policyNanoUsd());
            } else {
              end(
                  null,
                  answer.complexity(),
                  Double.isNaN(answer.costUsd())
                      ? policyNanoUsd()
                      : Math.round(answer.costUsd() * 1e9));
            }
          });
    }

    /** The first end counts. */
    private void end(String constraint, String complexity, long nanoUsd) {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
      int waited = (int) Math.min(millis, Integer.MAX_VALUE);
      if (!ended.compareAndSet(false, true)) {
        return;
      }
      // Before the answer goes on: whoever sees it sees what it did to the line.
      vertx.cancelTimer(timer);
      line.waiting.decrementAndGet();
      if (constraint == null) {
        line.circuit.succeeded();
      } else {
        line.circuit.failed(clock.millis());
        HttpClientRequest open = sent;
        if (open != null) {
          open.reset(); // or the connection would wait for the rest
        }
      }
      count(role, constraint);
      outcome.complete(new Classification(complexity, constraint, waited, nanoUsd));
    }

    private long policyNanoUsd() {
      return Math.round(classifier.costUsdPerCall().doubleValue() * 1e9);
    }
  }
}
