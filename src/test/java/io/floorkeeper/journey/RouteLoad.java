package io.floorkeeper.journey;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Asks one service for decisions, again and again, from a few threads at a steady pace, and notes
 * every answer that is none. Its latest answer is what propagation is measured by.
 */
final class RouteLoad implements AutoCloseable {
  private static final List<String> ROLES = List.of("worker", "critic", "file-ops");

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI route;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong answers = new AtomicLong();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;

  /**
   * @param perSecond requests of each thread
   */
  RouteLoad(ServiceProcess service, int atOnce, int perSecond) {
    this.route = service.uri("/route");
    for (int i = 0; i < atOnce; i++) {
      Thread thread = new Thread(() -> ask(1_000_000_000L / perSecond), "route-load-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  long answers() {
    return answers.get();
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  private void ask(long pauseNanos) {
    String continues = null;
    for (int i = 0; !stopping; i++) {
      String role = ROLES.get(i % ROLES.size());
      String body =
          continues == null
              ? "{\"role\":\"" + role + "\"}"
              : "{\"role\":\"" + role + "\",\"continues\":\"" + continues + "\"}";
      try {
        HttpResponse<String> response = post(body);
        if (response.statusCode() == 200) {
          answers.incrementAndGet();
          // Every other task goes on for one more call: that too must survive any switch.
          boolean goesOn = continues == null && i / ROLES.size() % 2 == 0;
          continues = goesOn ? ServiceProcess.json(response).path("decision_id").asText() : null;
        } else {
          failures.add(response.statusCode() + " " + response.body() + " for " + body);
          continues = null;
        }
      } catch (IOException e) {
        failures.add(e.toString());
      } catch (InterruptedException e) {
        return;
      }
      if (continues != null) {
        i--; // the next call is of the same role
      }
      LockSupport.parkNanos(pauseNanos);
    }
  }

  /** Nanoseconds from {@code since} until an answer for the role is as expected. */
  long nanosUntil(String role, long since, Predicate<JsonNode> expected) throws Exception {
    long giveUp = System.nanoTime() + 10_000_000_000L;
    while (System.nanoTime() < giveUp) {
      long asked = System.nanoTime();
      HttpResponse<String> response = post("{\"role\":\"" + role + "\"}");
      if (response.statusCode() != 200) {
        failures.add(response.statusCode() + " " + response.body());
      } else if (expected.test(ServiceProcess.json(response))) {
        return Math.max(0, asked - since);
      }
    }
    throw new AssertionError("not within 10 s on " + route);
  }

  private HttpResponse<String> post(String body) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(route)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    stopping = true;
    try {
      for (Thread thread : threads) {
        thread.join(10_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
