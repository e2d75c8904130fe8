package io.floorkeeper.routing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.floorkeeper.ledger.ChainLink;
import io.floorkeeper.ledger.DecisionBytes;
import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.ledger.LogEvent;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.CanonicalBytes;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
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
 * What the decision log's thread does for one decision before it is handed to the producer. {@link
 * #unchained} is the baseline: the record as JSON, as it was before there were chains.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class ChainBenchmark {
  private final ObjectMapper json = new ObjectMapper().registerModule(new JavaTimeModule());
  private final CanonicalBytes bytes = new CanonicalBytes();
  private final DecisionChain chain = new DecisionChain(new UUID(1, 2));
  private DecisionLog.Entry entry;
  private DecisionRecord record;

  @Setup
  public void setUp() {
    AllocationSnapshot snapshot =
        Snapshots.of(
            FourArms.published(1),
            Map.of(FourArms.role(0), Set.of(0b1110L)),
            FourArms.evidence(0, Snapshots.EPOCH));
    RouteRequest request =
        Ask.role(FourArms.role(0)).session("5d1f8c1e-3b0a-4a35-9c51-2f9f4b6d0a11").request();
    Decision decision =
        new Router(513, 60_000, 3_600_000)
            .decide(request, Caller.LOCAL, snapshot, RouteResource.RANDOM, Snapshots.NOW, 1);
    entry = new DecisionLog.Entry(request, Caller.LOCAL, decision, 1, null, null);
    record = LogRecords.decision(entry, 513);
  }

  @Benchmark
  public byte[] unchained() throws JsonProcessingException {
    return json.writeValueAsBytes(new LogEvent(LogRecords.decision(entry, 513), null, null, null));
  }

  @Benchmark
  public byte[] chained() throws JsonProcessingException {
    DecisionRecord next = LogRecords.decision(entry, 513);
    ChainLink link = chain.link(next);
    byte[] value = json.writeValueAsBytes(new LogEvent(next, null, null, link));
    chain.accept();
    return value;
  }

  /** The link alone: canonical bytes and two rounds or more of SHA-256. */
  @Benchmark
  public Object link() {
    ChainLink link = chain.link(record);
    chain.accept();
    return link;
  }

  @Benchmark
  public Object canonicalBytes() {
    return DecisionBytes.of(record, bytes);
  }
}
