package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.BlockEvidence;
import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.policy.EscalationLadder;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.policy.Tariff;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.RoleEvidence;
import io.floorkeeper.pricing.Catalogue;
import io.floorkeeper.pricing.Fixture;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Costs are learned as tokens and priced when they are read: a change of price needs no call. */
class PriceChangeTest extends RouterFixture {
  private static final Instant AUTUMN = Instant.parse("2026-11-25T12:00:00Z");
  private static final Instant NEXT_YEAR = Instant.parse("2027-01-02T12:00:00Z");

  /** Two models of one tier of strength: which of them is cheaper depends on the day. */
  private final PolicyBook.Published published =
      Snapshots.numbered(
          """
          tiers:
            - name: small
              models:
                - {name: anvil-2-1, provider: acme}
                - {name: anvil-1, provider: acme}
            - name: frontier
              models: [{name: thinker, provider: resale, price: {input_usd_per_million: 50, output_usd_per_million: 50}}]
          roles: {worker: {floor: {quality: 0.8}, graduation: {min_traces: 0}}}
          """);

  /** 500 tasks each, 10,000 tokens in and 1,000 out: at 1/5 and 3/15 dollars per million. */
  private final RoleEvidence evidence =
      Snapshots.evidence(arm(1, 10_000, 1_000), arm(2, 10_000, 1_000), arm(3, 10_000, 1_000));

  @Test
  void aDateMovesTheRolesCheapestArm() {
    // When
    List<ArmView> autumn = views(Fixture.catalogue(), AUTUMN);
    List<ArmView> nextYear = views(Fixture.catalogue(), NEXT_YEAR);
    // Then
    assertThat(meanUsd(autumn, 0)).isCloseTo(.015, within(.0005));
    assertThat(meanUsd(nextYear, 0)).isCloseTo(.060, within(.002));
    assertThat(meanUsd(nextYear, 1)).isEqualTo(meanUsd(autumn, 1)).isCloseTo(.045, within(.002));
    assertThat(cheapest(autumn)).isEqualTo("anvil-2-1");
    assertThat(cheapest(nextYear)).isEqualTo("anvil-1");
  }

  @Test
  void anotherFileDoesTheSameAtOnce() {
    Catalogue dearer =
        Fixture.read(
            Fixture.text()
                .replace(
                    "{\"input_mtok\": 1, \"output_mtok\": 5}",
                    "{\"input_mtok\": 9, \"output_mtok\": 45}"));

    assertThat(cheapest(views(dearer, AUTUMN))).isEqualTo("anvil-1");
  }

  /** The allocation of an unchanged evidence follows: most tasks go to what is cheaper now. */
  @Test
  void theAllocationFollows() {
    assertThat(propensity(AUTUMN, 0)).isGreaterThan(propensity(AUTUMN, 1));
    assertThat(propensity(NEXT_YEAR, 1)).isGreaterThan(propensity(NEXT_YEAR, 0));
  }

  /** Within one epoch: the log keeps one explanation for each key. */
  @Test
  void anAllocationIsExplainedByThePricesThatItWasMadeAt() {
    Decision autumn = decide(AUTUMN);
    Decision nextYear = decide(NEXT_YEAR);

    assertThat(nextYear.id().epoch()).isEqualTo(autumn.id().epoch());
    assertThat(LogRecords.allocationKey(nextYear)).isNotEqualTo(LogRecords.allocationKey(autumn));
    assertThat(Explanation.record(autumn).prices())
        .isEqualTo(autumn.snapshot().prices())
        .isEqualTo(priced(Fixture.catalogue(), AUTUMN.plusSeconds(60)).policy().prices())
        .isNotEqualTo(nextYear.snapshot().prices())
        .isNotZero();
    assertThat(published.policy().prices())
        .as("the policy says but one, and the file none")
        .isZero();
  }

  private Decision decide(Instant at) {
    return decide(Snapshots.of(priced(Fixture.catalogue(), at), evidence), Ask.worker());
  }

  /** 250,000 tokens in five calls are not a long input; in one call they are. */
  @Test
  void theTierIsThatOfAMeanCall() {
    RoleEvidence loops = Snapshots.evidence(Snapshots.arm(2, tokens(250_000, 0, 5)));
    RoleEvidence single = Snapshots.evidence(Snapshots.arm(2, tokens(250_000, 0, 1)));
    PolicyBook.Published priced = priced(Fixture.catalogue(), AUTUMN);

    assertThat(meanUsd(ArmViews.of(priced.numbers(), role(priced), loops), 1))
        .isCloseTo(.75, within(.01));
    assertThat(meanUsd(ArmViews.of(priced.numbers(), role(priced), single), 1))
        .isCloseTo(1.5, within(.02));
  }

  /**
   * Half of 500 tasks climb from 1/5 to 50/50 dollars per million, with 10,000 tokens in and 1,000
   * out each time: .015 + .55 / 2, and 1.1 / 2 once the strong model costs twice as much.
   */
  @Test
  void whatIsClimbedIsBilledByTheModelThatRanIt() {
    PolicyBook.Published priced = priced(Fixture.catalogue(), AUTUMN);
    RolePolicy twiceAsDear = role(doubled(priced));
    int ladder = EscalationLadder.above(0, role(priced)).digest();
    Evidence half = Evidence.ZERO;
    for (int task = 0; task < 250; task++) {
      Evidence first = Evidence.episode().plus(Evidence.tokens(10_000, 0, 0, 1_000, 0));
      half =
          half.plus(Evidence.episode()).plus(Evidence.tokens(20_000, 0, 0, 2_000, 0)).minus(first);
    }
    ArmEvidence chains =
        new ArmEvidence(
            0,
            1,
            List.of(new BlockEvidence(Snapshots.BLOCK, 0, 0, tokens(10_000, 1_000, 1))),
            Map.of(ladder, List.of(new BlockEvidence(Snapshots.BLOCK, 0, 0, half))),
            Map.of());
    RoleEvidence climbs = Snapshots.evidence(chains);

    assertThat(meanUsd(ArmViews.of(priced.numbers(), role(priced), climbs), 0))
        .isCloseTo(.29, within(.005));
    assertThat(meanUsd(ArmViews.of(priced.numbers(), twiceAsDear, climbs), 0))
        .isCloseTo(.565, within(.01));
  }

  /** The strong model's price, twice. */
  private static PolicyBook.Published doubled(PolicyBook.Published published) {
    return Snapshots.numbered(
        published
            .document()
            .replace("input_usd_per_million: 50", "input_usd_per_million: 100")
            .replace("output_usd_per_million: 50", "output_usd_per_million: 100")
            .replace(
                "{name: anvil-2-1, provider: acme}",
                "{name: anvil-2-1, provider: acme, price: {input_usd_per_million: 1,"
                    + " output_usd_per_million: 5}}"));
  }

  private double propensity(Instant at, int candidate) {
    RoleRoutes routes =
        Snapshots.of(priced(Fixture.catalogue(), at), evidence).roles().get("worker");
    return routes.allocations().get(0).solution().propensity(candidate);
  }

  private List<ArmView> views(Catalogue catalogue, Instant at) {
    PolicyBook.Published priced = priced(catalogue, at);
    return ArmViews.of(priced.numbers(), role(priced), evidence);
  }

  private PolicyBook.Published priced(Catalogue catalogue, Instant at) {
    return new PolicyBook.Published(
        published.version(),
        new Tariff(catalogue).priced(published.policy(), at),
        published.numbers(),
        published.document(),
        published.source());
  }

  private static RolePolicy role(PolicyBook.Published published) {
    return published.policy().roles().get("worker");
  }

  private static String cheapest(List<ArmView> views) {
    int best =
        IntStream.range(0, views.size())
            .reduce((a, b) -> meanUsd(views, a) <= meanUsd(views, b) ? a : b)
            .orElseThrow();
    return views.get(best).arm().model().name();
  }

  private static double meanUsd(List<ArmView> views, int arm) {
    return views.get(arm).belief().cost().meanUsd();
  }

  private static ArmEvidence arm(int armNo, long input, long output) {
    return Snapshots.arm(armNo, tokens(input, output, 1));
  }

  /** 500 labelled tasks of so many tokens and calls each. */
  private static Evidence tokens(long input, long output, int calls) {
    Evidence sums = Evidence.ZERO;
    for (int task = 0; task < 500; task++) {
      sums =
          sums.plus(Evidence.episode())
              .plus(Evidence.label(Evidence.ONE, Evidence.ONE))
              .plus(Evidence.tokens(input, 0, 0, output, 0))
              .plus(Evidence.dollars(1_000_000));
      for (int call = 0; call < calls; call++) {
        sums = sums.plus(Evidence.latency(100));
      }
    }
    return sums;
  }
}
