package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.ContextVerdict.Status;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A role told apart by its collaborations: ids and allocations. */
class ContextBuilderTest extends ContextFixture {
  // --- the id

  /** From the first call, on and off: evidence by bucket has to be there when it is wanted. */
  @ParameterizedTest
  @ValueSource(strings = {"off", "auto", "on"})
  void everyDecisionCarriesItsBucket(String use) {
    for (RoleEvidence evidence : List.of(Snapshots.evidence(), apart(), alike())) {
      AllocationSnapshot snapshot = Snapshots.of(worker(use), evidence);

      assertThat(decide(snapshot, in("easy")).id().bucket()).isEqualTo(EASY);
      assertThat(decide(snapshot, in("hard")).id().bucket()).isEqualTo(HARD);
      assertThat(decide(snapshot, in("debate")).id().bucket()).isEqualTo(OTHERS);
      assertThat(decide(snapshot, in(null)).id().bucket()).isEqualTo(OTHERS);
    }
  }

  @Test
  void aRoleWithoutAContextHasBucketZeroAndSaysNothingOfIt() {
    AllocationSnapshot snapshot = Snapshots.of(Snapshots.worker("{}"), Snapshots.undecided());
    Decision decision = decide(snapshot, in("easy"));

    assertThat(decision.id().bucket()).isZero();
    assertThat(decision.routes().told()).isNull();
    assertThat(decision.routes()).isSameAs(snapshot.routes("worker"));
  }

  @Test
  void aContinuedTaskKeepsTheBucketOfItsRoot() {
    AllocationSnapshot snapshot = Snapshots.of(worker("on"), apart());
    Decision root = decide(snapshot, in("hard"));

    Decision next = decide(snapshot, Ask.worker().continuing(root.decisionId()));

    assertThat(next.reason()).isEqualTo(Reason.STICKY);
    assertThat(next.id().bucket()).isEqualTo(HARD);
    assertThat(next.id().root()).isEqualTo(root.id().root());
  }

  @Test
  void onlyWhatTheContextDecidedSaysSo() {
    assertThat(
            decide(Snapshots.of(worker("on"), apart()), in("easy")).id().has(DecisionId.BY_CONTEXT))
        .isTrue();
    assertThat(
            decide(Snapshots.of(worker("off"), apart()), in("easy"))
                .id()
                .has(DecisionId.BY_CONTEXT))
        .isFalse();
  }

  @Test
  void aBucketWithoutANumberIsNeverRoutedByItself() {
    PolicyBook.Published unnumbered =
        Snapshots.worker("{context: {use: on, collaborations: [easy, hard]}}");

    AllocationSnapshot snapshot = Snapshots.of(unnumbered, apart());

    assertThat(decide(snapshot, in("hard")).id().bucket()).isZero();
    assertThat(routes(snapshot, "hard").told().routedBy()).isEqualTo("role");
    assertThat(status(snapshot)).isEqualTo(Status.ALIKE);
  }

  // --- allocations

  @Test
  void eachBucketIsServedByWhatIsEnoughThere() {
    AllocationSnapshot snapshot = Snapshots.of(worker("auto"), apart());

    assertThat(routes(snapshot, "easy").allocation(0b111).solution().pi(0)).isGreaterThan(.9);
    assertThat(routes(snapshot, "hard").allocation(0b111).solution().pi(2)).isGreaterThan(.9);
    assertThat(decide(snapshot, in("easy")).arm().estimate().quality()).isBetween(.95, .99);
  }

  /**
   * What is logged is the probability given the request's bucket, holdout included: frequencies by
   * bucket and arm over 200,000 draws, chi-square at the fixture's rate of false alarms.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{quality: 0.9, scope: per_arm, ledger_confidence: 0}",
        "{quality: 0.9, scope: role, ledger_confidence: 0}",
        "{relative_to_reference: 0.95, scope: per_arm, ledger_confidence: 0}",
        "{relative_to_reference: 0.8}"
      })
  void propensitiesAreTheFrequenciesInTheRequestsBucket(String floor) {
    // Given: few labels, so that every arm has a share worth drawing
    RoleEvidence few =
        Snapshots.evidence(
            labelled(EASY, Snapshots.SMALL, 30, 28),
            labelled(EASY, Snapshots.FRONTIER, 20, 19),
            labelled(HARD, Snapshots.SMALL, 30, 25),
            labelled(HARD, Snapshots.FRONTIER, 20, 18));
    PolicyBook.Published published = worker("on", floor + ", holdout_share: 0.03");
    AllocationSnapshot snapshot = Snapshots.of(published, few);
    Map<String, Frequencies<String>> seen = new HashMap<>();
    for (int i = 0; i < DRAWS; i++) {
      String collaboration = i % 2 == 0 ? "easy" : "hard";
      // When
      Decision decision = decide(snapshot, in(collaboration));
      seen.computeIfAbsent(collaboration, c -> new Frequencies<>())
          .count(decision.arm().arm().tier());
      RoleRoutes bucket = routes(snapshot, collaboration);
      assertThat(decision.propensity())
          .isEqualTo(bucket.allocation(0b111).solution().propensity(decision.candidate()));
    }
    // Then
    seen.forEach(
        (collaboration, frequencies) -> {
          double[] p = routes(snapshot, collaboration).allocation(0b111).solution().propensities();
          assertThat(Arrays.stream(p).sum()).isCloseTo(1, within(1e-12));
          frequencies.assertFollow(Map.of("small", p[0], "mid", p[1], "frontier", p[2]));
        });
  }

  @Test
  void everyMaskThatIsWantedHasAnAllocationInEveryBucket() {
    AllocationSnapshot snapshot =
        Snapshots.of(worker("auto"), Map.of("worker", Set.of(0b101L)), apart());

    for (String collaboration : new String[] {"easy", "hard", null}) {
      RoleRoutes bucket = routes(snapshot, collaboration);
      assertThat(bucket.allocation(0b101).candidates()).containsExactly(0, 2);
      assertThat(bucket.allocation(0b011)).isNull();
    }
    Decision unseen =
        decide(snapshot, new Ask(in("hard").request()).maxCostUsd(.01)); // opus is out: {0, 1}
    assertThat(unseen.unseenMask() || unseen.reason() == Reason.ONLY_ELIGIBLE).isTrue();
  }

  @Test
  void aRoleThatNothingHappenedToKeepsItsBucketsToo() {
    AllocationBuilder builder = new AllocationBuilder((role, why) -> {});
    PolicyBook.Published published = worker("auto");
    AllocationSnapshot before = Snapshots.of(published, apart());

    AllocationSnapshot after =
        builder.build(
            AllocationSnapshot.Source.LIVE,
            published,
            Snapshots.posteriors(apart()),
            Snapshots.KEYS,
            Map.of(),
            before);

    assertThat(after.routes("worker")).isSameAs(before.routes("worker"));
  }

  /** Haiku, which the role refutes, might do there: nobody would ever know. */
  @Test
  void armsThatWereHardlyTriedInABucketAreTriedThereWithASmallShare() {
    PolicyBook.Published published = worker("auto", "{quality: 0.9}, holdout_share: 0.1");
    RoleRoutes role = Snapshots.of(published, alike()).routes("worker");
    double[] usual = role.allocation(0b111).solution().propensities();

    double[] others =
        role.within(in("debate").request()).allocation(0b111).solution().propensities();

    for (int k = 0; k < 3; k++) {
      // (1 - .02) of what was drawn from, .02/2 for each arm but the reference, of the .9 drawn
      double heldOut = k == 2 ? .1 : 0;
      double tried = k == 2 ? 0 : .9 * .02 / 2;
      assertThat(others[k]).isCloseTo(heldOut + .98 * (usual[k] - heldOut) + tried, within(1e-12));
    }
    assertThat(Arrays.stream(others).sum()).isCloseTo(1, within(1e-12));
    AllocationSnapshot young = Snapshots.of(published, Snapshots.evidence());
    assertThat(routes(young, "debate").allocations())
        .as("not before the baseline stands")
        .isEqualTo(young.routes("worker").allocations());
  }
}
