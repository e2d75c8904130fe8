package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.PolicyBook;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * A router with a seeded generator, and the words to ask it. Statistical tests: seed {@link #SEED},
 * rate of false alarms {@link Frequencies#FALSE_ALARM} each, were the seed not fixed.
 */
abstract class RouterFixture {
  static final long SEED = 20261123L;
  static final int DRAWS = 200_000;
  static final int REPLICA = 513;
  static final long STALE_AFTER_MILLIS = 60_000;
  static final long ID_LIFE_MILLIS = 3_600_000;

  final Router router = new Router(REPLICA, STALE_AFTER_MILLIS, ID_LIFE_MILLIS);
  final UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(SEED);
  long sequence;

  Decision decide(AllocationSnapshot snapshot, Ask ask) {
    return router.decide(ask.request(), Caller.LOCAL, snapshot, random, Snapshots.NOW, sequence++);
  }

  Decision first(Reason reason, AllocationSnapshot snapshot, Ask ask) {
    for (int i = 0; i < 10_000; i++) {
      Decision decision = decide(snapshot, ask);
      if (decision.reason() == reason) {
        return decision;
      }
    }
    throw new AssertionError("nothing was decided as " + reason);
  }

  void assertBadContinuation(AllocationSnapshot snapshot, Ask ask, String code) {
    assertThatThrownBy(() -> decide(snapshot, ask))
        .isInstanceOfSatisfying(
            Problem.BadRequest.class,
            problem -> {
              assertThat(problem.code()).isEqualTo(code);
              assertThat(problem.errors()).extracting(e -> e.field()).containsExactly("continues");
            });
  }

  static FloorSolution solution(AllocationSnapshot snapshot, long mask) {
    return snapshot.routes("worker").allocation(mask).solution();
  }

  static AllocationSnapshot underKeys(PolicyBook.Published published, DecisionKeys keys) {
    return new AllocationBuilder((role, why) -> {})
        .build(
            AllocationSnapshot.Source.LIVE,
            published,
            Snapshots.posteriors(),
            keys,
            Map.of(),
            null);
  }
}
