package io.floorkeeper.routing;

import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.HashMap;
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
 * A snapshot of 10,000 roles of four arms each, on one thread: all of it, what a second's news
 * costs (100 roles changed), and nothing new at all. {@link #views} is the first of the two parts
 * of the work on a role, over all roles; the other is the quadrature. Target: well below the second
 * between two snapshots, for all of it too.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 4)
@Fork(1)
public class RebuildBenchmark {
  private static final int ROLES = 10_000;
  private static final int CHANGED_EVERY = 100;

  private final AllocationBuilder builder =
      new AllocationBuilder(
          (role, why) -> {
            throw why;
          });
  private PolicyBook.Published published;
  private PosteriorSnapshot evidence;
  private PosteriorSnapshot later;
  private AllocationSnapshot built;

  @Setup
  public void setUp() {
    published = FourArms.published(ROLES);
    evidence = posteriors(false);
    later = posteriors(true);
    built = build(evidence, null);
  }

  private static PosteriorSnapshot posteriors(boolean changed) {
    Map<Integer, RoleEvidence> roles = new HashMap<>();
    for (int i = 0; i < ROLES; i++) {
      RoleEvidence role =
          FourArms.evidence(i, Snapshots.EPOCH + (changed && i % CHANGED_EVERY == 0 ? 1 : 0));
      roles.put(role.roleNo(), role);
    }
    return new PosteriorSnapshot(roles, Snapshots.NOW - 500);
  }

  private AllocationSnapshot build(PosteriorSnapshot posteriors, AllocationSnapshot previous) {
    return builder.build(
        AllocationSnapshot.Source.LIVE, published, posteriors, Snapshots.KEYS, Map.of(), previous);
  }

  @Benchmark
  public Object everyRole() {
    return build(evidence, null);
  }

  @Benchmark
  @Warmup(iterations = 20)
  @Measurement(iterations = 20)
  public Object oneRoleInAHundred() {
    return build(later, built);
  }

  @Benchmark
  @Warmup(iterations = 20)
  @Measurement(iterations = 20)
  public Object noRole() {
    return build(evidence, built);
  }

  /** Evidence to beliefs; the figures that answers tell are computed when one asks. */
  @Benchmark
  public Object views() {
    List<ArmView> last = null;
    for (RoleRoutes role : built.roles().values()) {
      last = ArmViews.of(published.numbers(), role.policy(), evidence.role(role.roleNo()));
    }
    return last;
  }
}
