package io.floorkeeper.bandit;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.commons.rng.UniformRandomProvider;
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

/**
 * One arm out of an allocation. Target: 30 ns or less. {@link #generator} is the baseline: the
 * service's own source of 64 bits, and nothing done with them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class DrawBenchmark {
  private static final int SESSIONS = 1024; // a power of two
  private static final UniformRandomProvider RANDOM = () -> ThreadLocalRandom.current().nextLong();

  @Param({"2", "4", "8"})
  public int arms;

  private Allocation allocation;
  private String[] sessions;
  private int next;

  @Setup
  public void setUp() {
    // Shares of 1 : 2 : ... : arms, so that no branch is taken nearly always.
    double[] shares = new double[arms];
    for (int k = 0; k < arms; k++) {
      shares[k] = 2. * (k + 1) / (arms * (arms + 1));
    }
    allocation = Allocation.of(shares);
    sessions = new String[SESSIONS];
    for (int i = 0; i < SESSIONS; i++) {
      sessions[i] = new java.util.UUID(i * 0x9E3779B97F4A7C15L, ~i).toString();
    }
  }

  @Benchmark
  public long generator() {
    return RANDOM.nextLong();
  }

  @Benchmark
  public int byChance() {
    return allocation.draw(RANDOM);
  }

  /** The look-up alone: its u comes from the generator. */
  @Benchmark
  public int bySession() {
    return allocation.drawBySession(RANDOM.nextDouble());
  }

  /** With the hash of a session that is named by a UUID. */
  @Benchmark
  public int bySessionHashed() {
    String session = sessions[next++ & SESSIONS - 1];
    return allocation.drawBySession(Allocation.uniform(session, "worker", 7));
  }
}
