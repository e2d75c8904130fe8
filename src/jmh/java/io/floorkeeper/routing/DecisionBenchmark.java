package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.policy.PolicyBook;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
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
 * One decision with its id, from a snapshot of one role with four candidates. Target: 1 us or less,
 * and nothing allocated beyond the answer. {@link #hmac} is the baseline: the signature of 36 bytes
 * by the JDK, which no decision can be without.
 *
 * <p>The answer, in bytes of a 64-bit JVM with compressed references: 88 for the {@link Decision},
 * 80 for its {@link DecisionId}, 24 and 80 for the string of 64 characters and its array, 272 in
 * all. {@code gc.alloc.rate.norm} shows just them, of every kind of decision, and 104 of {@link
 * #sign}; the rest is 0.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class DecisionBenchmark {
  private static final int SESSIONS = 1024; // a power of two

  private final Router router = new Router(513, 60_000, 3_600_000);
  private final byte[] idBytes = new byte[DecisionId.BYTES];
  private final byte[] code = new byte[32];
  private AllocationSnapshot snapshot;
  private RouteRequest plain;
  private RouteRequest masked;
  private RouteRequest[] inSession;
  private RouteRequest continued;
  private DecisionId id;
  private Mac mac;
  private long sequence;

  @Setup
  public void setUp() throws GeneralSecurityException {
    PolicyBook.Published published = FourArms.published(1);
    snapshot =
        Snapshots.of(
            published,
            Map.of(FourArms.role(0), Set.of(0b1110L)),
            FourArms.evidence(0, Snapshots.EPOCH));
    Ask ask = Ask.role(FourArms.role(0));
    plain = ask.request();
    masked = ask.minTier("mid").request();
    inSession = new RouteRequest[SESSIONS];
    for (int i = 0; i < SESSIONS; i++) {
      inSession[i] =
          ask.session(new java.util.UUID(i * 0x9E3779B97F4A7C15L, ~i).toString()).request();
    }
    Decision decision = decide(plain);
    id = decision.id();
    continued = ask.continuing(decision.decisionId()).request();
    mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
    mustBe(Reason.SAMPLED, plain);
    mustBe(Reason.SAMPLED, masked);
    mustBe(Reason.SAMPLED, inSession[0]);
    mustBe(Reason.STICKY, continued);
  }

  private void mustBe(Reason reason, RouteRequest request) {
    Decision decision = decide(request);
    if (decision.reason() != reason) {
      throw new IllegalStateException("not " + reason + " but " + decision.reason());
    }
  }

  private Decision decide(RouteRequest request) {
    return router.decide(
        request, Caller.LOCAL, snapshot, RouteResource.RANDOM, Snapshots.NOW, sequence++);
  }

  @Benchmark
  public byte[] hmac() throws GeneralSecurityException {
    idBytes[0]++;
    mac.update(idBytes, 0, DecisionId.SIGNED_BYTES);
    mac.doFinal(code, 0);
    return code;
  }

  /** The 64 characters alone, of an id that is there. */
  @Benchmark
  public String sign() {
    return snapshot.keys().sign(id);
  }

  @Benchmark
  public Object decision() {
    return decide(plain);
  }

  /** A minimum tier leaves three of the four arms, with an allocation of their own. */
  @Benchmark
  public Object decisionUnderMask() {
    return decide(masked);
  }

  @Benchmark
  public Object decisionInSession() {
    return decide(inSession[(int) sequence & SESSIONS - 1]);
  }

  /** Verifies the id that it continues, and signs another. */
  @Benchmark
  public Object continuation() {
    return decide(continued);
  }
}
