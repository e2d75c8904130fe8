package io.floorkeeper.journey;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Classifiers of every temper behind one port, and what they were asked. */
final class ClassifierServer implements AutoCloseable {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final HttpServer server;
  final List<String> questions = new CopyOnWriteArrayList<>();
  volatile boolean mended;

  ClassifierServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    on("/fast", "{\"complexity\":\"hard\",\"cost_usd\":0.0002}");
    on("/priced", "{\"complexity\":\"simple\"}");
    on("/lying", "{\"complexity\":\"impossible\",\"cost_usd\":0}");
    on("/chatty", "{\"complexity\":\"hard\",\"why\":\"" + "x".repeat(100_000) + "\"}");
    on("/nonsense", "<html>");
    server.createContext("/broken", exchange -> answer(exchange, mended ? 200 : 500, HARD));
    server.createContext("/moved", exchange -> answer(exchange, 302, ""));
    server.createContext("/slow", this::never);
    server.createContext("/stuck", this::halfAnAnswer);
    server.start();
  }

  private static final String HARD = "{\"complexity\":\"hard\",\"cost_usd\":0}";

  String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private void on(String path, String answer) {
    server.createContext(path, exchange -> answer(exchange, 200, answer));
  }

  private void answer(HttpExchange exchange, int status, String body) throws IOException {
    try (exchange) {
      questions.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Location", url("/fast"));
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  /** Takes the question and keeps it. */
  private void never(HttpExchange exchange) {
    awaitEnd();
    exchange.close();
  }

  private void halfAnAnswer(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 100);
    exchange.getResponseBody().write("{\"complexity\":".getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
    awaitEnd();
    exchange.close();
  }

  private void awaitEnd() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
