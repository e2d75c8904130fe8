package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * The next snapshot of many roles: what is kept, what is not, and that a full one says the same.
 */
class RebuildTest {
  private static final int ROLES = 40;

  private final PolicyBook.Published published = Snapshots.published(roles());
  private final AllocationBuilder builder = new AllocationBuilder((role, why) -> {});

  @Test
  void whereNothingChangedTheTableIsTheFormerOne() {
    AllocationSnapshot first = build(null, evidence(Set.of()));

    assertThat(build(first, evidence(Set.of())).roles()).isSameAs(first.roles());
  }

  @Test
  void onlyChangedRolesAreBuiltAndTheFormerSnapshotStaysAsItWas() {
    AllocationSnapshot first = build(null, evidence(Set.of()));
    Map<String, RoleRoutes> before = new HashMap<>(first.roles());
    AllocationSnapshot next = build(first, evidence(Set.of(3, 17)));

    assertThat(first.roles()).containsExactlyInAnyOrderEntriesOf(before).hasSize(ROLES);
    for (int i = 0; i < ROLES; i++) {
      boolean isKept = next.routes(role(i)) == first.routes(role(i));
      assertThat(isKept).as(role(i)).isEqualTo(i != 3 && i != 17);
    }
    assertThat(next.routes("unheard of")).isNull();
    assertThat(next.roles().containsKey("unheard of")).isFalse();
  }

  /** Replicas come to one epoch by different ways, and must draw by the same numbers. */
  @Test
  void stepByStepGivesTheNumbersOfAFullBuildBitForBit() {
    AllocationSnapshot stepwise = build(null, evidence(Set.of()));
    stepwise = build(stepwise, evidence(Set.of(1, 2)));
    stepwise = build(stepwise, evidence(Set.of(1, 2, 5, 8)));
    AllocationSnapshot full = build(null, evidence(Set.of(1, 2, 5, 8)));

    for (int i = 0; i < ROLES; i++) {
      assertThat(propensities(stepwise, i)).isEqualTo(propensities(full, i));
    }
  }

  /** Figures that are computed when they are first asked for are the same to whoever asks. */
  @Test
  void threadsThatAskAtOnceAreToldTheSameFigures() throws Exception {
    int threads = 8;
    AllocationSnapshot asked = build(null, evidence(Set.of()));
    AllocationSnapshot alone = build(null, evidence(Set.of()));
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<List<RouteAnswer.Estimate>>> told = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        told.add(
            pool.submit(
                () -> {
                  start.await();
                  return estimates(asked);
                }));
      }
      for (Future<List<RouteAnswer.Estimate>> one : told) {
        assertThat(one.get()).isEqualTo(estimates(alone));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  /** One router, one snapshot, one generator object: ids are whole, and nobody else's. */
  @Test
  void threadsThatDecideAtOnceGetIdsOfTheirOwnDecisions() throws Exception {
    int threads = 8;
    int decisions = 2_000;
    AllocationSnapshot snapshot = build(null, evidence(Set.of()));
    Router router = new Router(513, 60_000, 3_600_000);
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Integer>> own = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        long from = (long) thread * decisions;
        own.add(
            pool.submit(
                () -> {
                  start.await();
                  int right = 0;
                  for (long sequence = from; sequence < from + decisions; sequence++) {
                    right += isItsOwn(router, snapshot, sequence) ? 1 : 0;
                  }
                  return right;
                }));
      }
      for (Future<Integer> one : own) {
        assertThat(one.get()).isEqualTo(decisions);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static boolean isItsOwn(Router router, AllocationSnapshot snapshot, long sequence) {
    Ask ask = Ask.role(role(ThreadLocalRandom.current().nextInt(ROLES)));
    Decision first =
        router.decide(
            ask.request(), Caller.LOCAL, snapshot, RouteResource.RANDOM, Snapshots.NOW, sequence);
    Decision next =
        router.decide(
            ask.continuing(first.decisionId()).request(),
            Caller.LOCAL,
            snapshot,
            RouteResource.RANDOM,
            Snapshots.NOW,
            sequence);
    return first.id().sequence() == sequence
        && snapshot.keys().verify(first.decisionId()).equals(first.id())
        && snapshot.keys().verify(next.decisionId()).equals(next.id())
        && next.candidate() == first.candidate()
        && next.reason() == Reason.STICKY;
  }

  private static List<RouteAnswer.Estimate> estimates(AllocationSnapshot snapshot) {
    List<RouteAnswer.Estimate> all = new ArrayList<>();
    for (int i = 0; i < ROLES; i++) {
      snapshot.routes(role(i)).arms().forEach(arm -> all.add(arm.estimate()));
    }
    return all;
  }

  private static double[] propensities(AllocationSnapshot snapshot, int role) {
    return snapshot.routes(role(role)).allocation(0b111).solution().propensities();
  }

  private AllocationSnapshot build(AllocationSnapshot previous, RoleEvidence... evidence) {
    return builder.build(
        AllocationSnapshot.Source.LIVE,
        published,
        Snapshots.posteriors(evidence),
        Snapshots.KEYS,
        Map.of(),
        previous);
  }

  /** 20 to 59 labels an arm, one more and one epoch later in the roles that changed. */
  private static RoleEvidence[] evidence(Set<Integer> changed) {
    RoleEvidence[] all = new RoleEvidence[ROLES];
    for (int i = 0; i < ROLES; i++) {
      int more = changed.contains(i) ? 1 : 0;
      int labels = 20 + i + more;
      all[i] =
          Snapshots.evidence(
              11 + i,
              500,
              Snapshots.EPOCH + more,
              Snapshots.labelled(Snapshots.SMALL, labels, labels - 4),
              Snapshots.labelled(Snapshots.MID, labels, labels - 2),
              Snapshots.labelled(Snapshots.FRONTIER, labels, labels - 1));
    }
    return all;
  }

  private static String role(int i) {
    return "role-" + i;
  }

  private static String roles() {
    StringBuilder roles = new StringBuilder("roles:\n");
    for (int i = 0; i < ROLES; i++) {
      roles.append("  ").append(role(i)).append(": {}\n");
    }
    return roles.toString();
  }
}
