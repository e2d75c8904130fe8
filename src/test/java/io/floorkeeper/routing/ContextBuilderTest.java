package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.bandit.BlockEvidence;
import io.floorkeeper.bandit.ContextVerdict.Status;
import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.AllocationRecord;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A role told apart by its collaborations, from the evidence to the id. */
class ContextBuilderTest extends RouterFixture {
  private static final int EASY = 1;
  private static final int HARD = 2;
  private static final int OTHERS = 3;

  /** Whose reference is enough everywhere, and whose cheap arm where it is easy only. */
  private static PolicyBook.Published worker(String use, String floor) {
    PolicyBook.Published published =
        Snapshots.worker(
            "{context: {use: " + use + ", collaborations: [easy, hard]}, floor: " + floor + "}");
    return new PolicyBook.Published(
        published.version(),
        published.policy(),
        published.numbers().withBucketsOf(published.policy()),
        published.document(),
        published.source());
  }

  private static PolicyBook.Published worker(String use) {
    return worker(use, "{quality: 0.9, scope: per_arm, ledger_confidence: 0}");
  }

  private static ArmEvidence labelled(int bucket, int armNo, int labels, int passed) {
    ArmEvidence arm = Snapshots.labelled(armNo, labels, passed);
    return new ArmEvidence(bucket, armNo, arm.blocks(), arm.latencyBins());
  }

  /** Haiku passes 97 % where it is easy, 60 % where it is hard; opus 98 and 96 %. */
  private static RoleEvidence apart() {
    return Snapshots.evidence(
        labelled(EASY, Snapshots.SMALL, 200, 194),
        labelled(EASY, Snapshots.MID, 100, 97),
        labelled(EASY, Snapshots.FRONTIER, 100, 98),
        labelled(HARD, Snapshots.SMALL, 200, 120),
        labelled(HARD, Snapshots.MID, 100, 70),
        labelled(HARD, Snapshots.FRONTIER, 100, 96));
  }

  /** The same labels, spread as if the collaborations meant nothing. */
  private static RoleEvidence alike() {
    return Snapshots.evidence(
        labelled(EASY, Snapshots.SMALL, 200, 157),
        labelled(EASY, Snapshots.MID, 100, 83),
        labelled(EASY, Snapshots.FRONTIER, 100, 97),
        labelled(HARD, Snapshots.SMALL, 200, 157),
        labelled(HARD, Snapshots.MID, 100, 84),
        labelled(HARD, Snapshots.FRONTIER, 100, 97));
  }

  private static Ask in(String collaboration) {
    return new Ask(
        new RouteRequest(
            "worker", collaboration, null, null, null, null, null, null, null, null, null, null));
  }

  private static Status status(AllocationSnapshot snapshot) {
    return snapshot.routes("worker").context().verdict().status();
  }

  private static RoleRoutes routes(AllocationSnapshot snapshot, String collaboration) {
    return snapshot.routes("worker").within(in(collaboration).request());
  }

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

  // --- the role as a whole

  /** The sums are integers: told apart or not, the role's belief is the same to the last bit. */
  @ParameterizedTest
  @ValueSource(strings = {"off", "auto"})
  void whereTheContextDecidesNothingTheRoleIsWhatItWouldBeWithoutIt(String use) {
    // Given
    RoleEvidence told = alike();
    RoleEvidence whole =
        Snapshots.evidence(
            Snapshots.labelled(Snapshots.SMALL, 400, 314),
            Snapshots.labelled(Snapshots.MID, 200, 167),
            Snapshots.labelled(Snapshots.FRONTIER, 200, 194));
    // When
    AllocationSnapshot with = Snapshots.of(worker(use), told);
    AllocationSnapshot without =
        Snapshots.of(
            Snapshots.worker("{floor: {quality: 0.9, scope: per_arm, ledger_confidence: 0}}"),
            whole);
    // Then
    assertThat(with.routes("worker").arms()).isEqualTo(without.routes("worker").arms());
    for (String collaboration : new String[] {"easy", "hard", null}) {
      RoleRoutes bucket = routes(with, collaboration);
      assertThat(bucket.arms()).isEqualTo(without.routes("worker").arms());
      if (use.equals("off") || collaboration != null) { // of the others nothing is known: see below
        assertThat(bucket.allocation(0b111).solution().propensities())
            .containsExactly(solution(without, 0b111).propensities());
      }
    }
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

  /** Haiku was given easy tasks alone; the role is half hard. */
  @Test
  void whereBucketsDifferTheRoleIsWhatItsTrafficIs() {
    RoleEvidence chosenFor =
        Snapshots.evidence(
            labelled(EASY, Snapshots.SMALL, 380, 369),
            labelled(EASY, Snapshots.FRONTIER, 20, 20),
            labelled(HARD, Snapshots.SMALL, 40, 20),
            labelled(HARD, Snapshots.FRONTIER, 360, 346));

    RoleRoutes role = Snapshots.of(worker("auto"), chosenFor).routes("worker");

    assertThat(role.context().verdict().split()).isPositive();
    assertThat(role.arms().get(0).belief().quality().mean()).isBetween(.70, .82); // not 389/420
  }

  // --- the verdict

  @Test
  void theRuleGoesStepByStep() {
    assertThat(status(Snapshots.of(worker("off"), apart()))).isEqualTo(Status.OFF);
    assertThat(status(Snapshots.of(worker("auto"), Snapshots.evidence())))
        .isEqualTo(Status.UNSTABLE);
    assertThat(status(Snapshots.of(worker("auto"), alike()))).isEqualTo(Status.ALIKE);
    assertThat(status(Snapshots.of(worker("auto"), apart()))).isEqualTo(Status.IN_FORCE);
    assertThat(status(Snapshots.of(worker("on"), Snapshots.evidence()))).isEqualTo(Status.IN_FORCE);
  }

  /** Everything is harder there, and the same arm is right. */
  @Test
  void bucketsThatDifferInNothingThatPaysAreNotRoutedApart() {
    RoleEvidence harder =
        Snapshots.evidence(
            labelled(EASY, Snapshots.SMALL, 2_000, 1_960),
            labelled(EASY, Snapshots.FRONTIER, 2_000, 1_980),
            labelled(HARD, Snapshots.SMALL, 2_000, 1_880),
            labelled(HARD, Snapshots.FRONTIER, 2_000, 1_900));

    AllocationSnapshot snapshot = Snapshots.of(worker("auto"), harder);

    assertThat(status(snapshot)).isEqualTo(Status.NO_GAIN);
    assertThat(routes(snapshot, "hard").told().routedBy()).isEqualTo("role");
  }

  @Test
  void anArmThatWasResetOfLateWaits() {
    ArmEvidence small = labelled(EASY, Snapshots.SMALL, 0, 0);
    Evidence sums = Snapshots.labelled(Snapshots.SMALL, 300, 290).blocks().get(0).sums();
    List<ArmEvidence> arms = new ArrayList<>(apart().arms());
    arms.set(
        0,
        new ArmEvidence(
            EASY,
            Snapshots.SMALL,
            List.of(new BlockEvidence(0, 0, 1, sums), new BlockEvidence(1, 400, 0, sums)),
            small.latencyBins()));

    RoleEvidence early = new RoleEvidence(11, 1_000, 1, 1, arms);
    RoleEvidence later = new RoleEvidence(11, 1_093, 2, 1, arms);

    assertThat(early.callsSinceReset()).hasValue(600);
    assertThat(status(Snapshots.of(worker("auto"), early))).isEqualTo(Status.UNSTABLE);
    assertThat(status(Snapshots.of(worker("auto"), later))).isEqualTo(Status.IN_FORCE);
  }

  @Test
  void anArmThatWasResetAndNotUsedSinceIsTakenFromTheNextBlockOfTheRole() {
    Evidence sums = Snapshots.labelled(1, 10, 9).blocks().get(0).sums();
    RoleEvidence role =
        new RoleEvidence(
            11,
            3_000,
            1,
            3,
            List.of(
                new ArmEvidence(0, 1, List.of(new BlockEvidence(0, 0, 1, sums)), Map.of()),
                new ArmEvidence(
                    0,
                    2,
                    List.of(new BlockEvidence(0, 0, 0, sums), new BlockEvidence(2, 1_200, 0, sums)),
                    Map.of())));

    assertThat(role.callsSinceReset()).hasValue(1_800);
    assertThat(apart().callsSinceReset()).isEmpty();
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

  // --- what is told

  @Test
  void theAnswerAndTheRecordTellBucketStatusAndFigures() {
    AllocationSnapshot snapshot = Snapshots.of(worker("auto"), apart());
    Decision decision = first(Reason.SAMPLED, snapshot, in("hard"));

    AllocationRecord record = Explanation.record(decision);

    assertThat(decision.routes().told())
        .isEqualTo(new RouteAnswer.Context(HARD, "bucket", "in_force"));
    assertThat(record.bucket()).isEqualTo(HARD);
    JsonNode context = record.explanation().path("context");
    assertThat(context.path("status").asText()).isEqualTo("in_force");
    assertThat(context.path("why").asText()).contains("pay");
    assertThat(context.path("log_bayes_factor").asDouble())
        .isGreaterThan(context.path("log_bayes_factor_needed").asDouble());
    assertThat(context.at("/predicted_gain/usd_per_call").asDouble()).isPositive();
    assertThat(context.at("/predicted_gain/usd_per_call_low").asDouble())
        .isLessThanOrEqualTo(context.at("/predicted_gain/usd_per_call_high").asDouble());
    assertThat(context.at("/bucket/holds").asText()).isEqualTo("collaboration=\"hard\"");
    assertThat(context.at("/bucket/routed_by").asText()).isEqualTo("bucket");
  }

  @Test
  void aRoleTellsAllItsBuckets() {
    JsonNode buckets =
        ContextExplanation.buckets(Snapshots.of(worker("auto"), apart()).routes("worker"));

    assertThat(buckets).hasSize(3);
    assertThat(buckets.at("/0/share").asDouble()).isCloseTo(.5, within(1e-9));
    assertThat(buckets.at("/0/candidates/0/allocation").asDouble()).isGreaterThan(.9);
    assertThat(buckets.at("/2/labels").asDouble()).isZero();
  }
}
