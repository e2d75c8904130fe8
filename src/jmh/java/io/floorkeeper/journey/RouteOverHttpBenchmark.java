package io.floorkeeper.journey;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@code /route} of the packaged service over HTTP, with and without keys: two services side by
 * side, asked in turn, so that whatever else the machine does falls on both. What counts is what
 * the end prints, the medians and their ratio; the client's own time is in both. Wants {@code
 * target/quarkus-app} to be there.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 8, time = 3)
@Fork(1)
public class RouteOverHttpBenchmark {
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");
  private static final String BODY = "{\"role\":\"worker\"}";

  private ServiceProcess open;
  private ServiceProcess guarded;
  private String key;
  private final List<Long> offNanos = new ArrayList<>();
  private final List<Long> onNanos = new ArrayList<>();

  @Setup(Level.Trial)
  public void start() throws IOException {
    Path folder = Files.createTempDirectory(Path.of("target"), "route-over-http");
    open = ServiceProcess.embedded(folder.resolve("open"), POLICY).start();
    guarded =
        ServiceProcess.embedded(folder.resolve("guarded"), POLICY, Map.copyOf(Guarded.SETTINGS))
            .start();
    Guarded.awaitKeys(guarded);
    key = Guarded.key(guarded, "benchmark", "acme", "route");
  }

  @TearDown(Level.Iteration)
  public void tell() {
    double off = median(offNanos) / 1_000;
    double on = median(onNanos) / 1_000;
    System.out.printf(
        "%n/route over HTTP, %d pairs: without keys %.1f us, with keys %.1f us, ratio %.3f%n",
        offNanos.size(), off, on, on / off);
    offNanos.clear();
    onNanos.clear();
  }

  @TearDown(Level.Trial)
  public void stop() {
    open.close();
    guarded.close();
  }

  @Benchmark
  public void pair() {
    long begin = System.nanoTime();
    answered(open.ask("POST", "/route", BODY, "X-Other", key));
    long between = System.nanoTime();
    answered(guarded.ask("POST", "/route", BODY, "X-Floorkeeper-Key", key));
    offNanos.add(between - begin);
    onNanos.add(System.nanoTime() - between);
  }

  private static double median(List<Long> nanos) {
    List<Long> sorted = new ArrayList<>(nanos);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  private static String answered(HttpResponse<String> response) {
    if (response.statusCode() != 200) {
      throw new IllegalStateException(response.body());
    }
    return response.body();
  }
}
