package io.floorkeeper.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a key costs a request: finding its owner among a thousand. {@link #sha256} is the baseline,
 * the JDK's hash of as many characters, which nothing that believes a key can be without.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class KeyRingBenchmark {
  private static final int KEYS = 1_024; // a power of two

  private final String[] keys = new String[KEYS];
  private final byte[][] bytes = new byte[KEYS][];
  private KeyRing ring;
  private MessageDigest digest;
  private int next;

  @Setup
  public void setUp() throws NoSuchAlgorithmException {
    List<StoredKey> stored = new ArrayList<>();
    Instant now = Instant.now();
    for (int i = 0; i < KEYS; i++) {
      keys[i] = ApiKey.fresh();
      bytes[i] = keys[i].getBytes(StandardCharsets.UTF_8);
      stored.add(
          new StoredKey(
              ApiKey.idOf(keys[i]),
              ApiKey.hash(keys[i]),
              "key " + i,
              0,
              "default",
              false,
              List.of("route"),
              null,
              now,
              "benchmark",
              null,
              null));
    }
    ring = new KeyRing(stored, Map.of("default", 0));
    digest = MessageDigest.getInstance("SHA-256");
    if (ring.authenticate(keys[0], now.toEpochMilli()) == null) {
      throw new IllegalStateException("the key is not known");
    }
  }

  @Benchmark
  public byte[] sha256() {
    return digest.digest(bytes[next++ & KEYS - 1]);
  }

  @Benchmark
  public Object authenticate() {
    return ring.authenticate(keys[next++ & KEYS - 1], 0);
  }
}
