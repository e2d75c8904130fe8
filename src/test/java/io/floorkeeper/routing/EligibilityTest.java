package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.bandit.LatencySketch;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which arms a request leaves. Masks read from the right: 0b100 is the frontier alone. */
class EligibilityTest {
  private static final String PINS =
      """
      roles: {worker: {}, critic: {}}
      default_role: worker
      data_classes: [public]
      pins:
        - {name: judges, match: {role: critic}, models: [sonnet, opus]}
        - {name: phi, match: {data_class: phi}, models: [haiku, sonnet]}
        - {name: claims, match: {tags: {team: claims, region: eu}}, models: [opus]}
        - {name: secret-claims, match: {data_class: secret, tags: {team: claims}}, models: [haiku]}
        - {name: tenant, match: {tenant: other, data_class: phi}, models: [opus]}
      """;

  // --- pins

  @Test
  void withoutAnyConstraintAllArmsAreLeft() {
    // When
    Eligible eligible = eligible(PINS, Ask.worker());
    // Then
    assertThat(eligible).isEqualTo(new Eligible(0b111, List.of(), false));
  }

  @Test
  void aPinBindsItsRole() {
    assertThat(eligible(PINS, Ask.role("critic")))
        .isEqualTo(new Eligible(0b110, List.of("pin:judges"), true));
  }

  @Test
  void aPinBindsItsDataClass() {
    assertThat(eligible(PINS, Ask.worker().dataClass("phi")))
        .isEqualTo(new Eligible(0b011, List.of("pin:phi"), true));
    assertThat(eligible(PINS, Ask.worker().dataClass("public")).mask()).isEqualTo(0b111);
  }

  /** Silence does not open a pin, and neither does a class that nobody declared. */
  @ParameterizedTest
  @CsvSource(
      value = {"null", "phii", "' '"},
      nullValues = "null")
  void withoutAKnownDataClassTheStrictestCounts(String dataClass) {
    assertThat(eligible(PINS, Ask.worker().dataClass(dataClass)))
        .isEqualTo(new Eligible(0b011, List.of("pin:phi", "strictest_data_class"), true));
    assertThat(eligible(PINS, Ask.worker().dataClass(dataClass).tags(Map.of("team", "claims"))))
        .as("all data classes of these tags at once")
        .isEqualTo(
            new Eligible(
                0b001, List.of("pin:phi", "pin:secret-claims", "strictest_data_class"), true));
  }

  @Test
  void theDataClassOfTheCredentialsCountsWhateverTheBodySays() {
    // Given
    Caller clinic = new Caller("clinic", 3, "other", false, Set.of(Caller.Scope.ROUTE), "PHI ");
    PolicyBook.Published published = Snapshots.published(PINS);
    RoleRoutes routes = Snapshots.of(published).routes("worker");
    // Then
    assertThatThrownBy(
            () -> Eligibility.mask(Ask.worker().request(), clinic, routes, published.policy()))
        .as("phi allows haiku and sonnet, this tenant's phi opus alone")
        .isInstanceOf(Problem.Unprocessable.class);
  }

  @Test
  void aPinWantsAllOfItsTagsWithTheirValues() {
    assertThat(
            eligible(PINS, Ask.worker().tags(Map.of("team", "claims", "region", "eu", "x", "y"))))
        .isEqualTo(new Eligible(0b100, List.of("pin:claims"), true));
    assertThat(eligible(PINS, Ask.worker().tags(Map.of("team", "claims"))).mask()).isEqualTo(0b111);
    assertThat(eligible(PINS, Ask.worker().tags(Map.of("team", "claims", "region", "us"))).mask())
        .isEqualTo(0b111);
    assertThat(eligible(PINS, Ask.worker()).mask()).isEqualTo(0b111);
  }

  @Test
  void spellingOpensNoPin() {
    assertThat(eligible(PINS, Ask.role(" Critic")).constraints()).contains("pin:judges");
    assertThat(
            eligible(PINS, Ask.worker().tags(Map.of("Team", "CLAIMS", "region ", "eu")))
                .constraints())
        .contains("pin:claims");
  }

  @Test
  void aPinBindsWhereAllItsConditionsHoldAndNotWhereOneDoes() {
    // Given
    Map<String, String> claims = Map.of("team", "claims");
    // Then
    assertThat(eligible(PINS, Ask.worker().dataClass("secret").tags(claims)).mask())
        .isEqualTo(0b001);
    assertThat(eligible(PINS, Ask.worker().dataClass("secret")).mask()).isEqualTo(0b111);
    assertThat(eligible(PINS, Ask.worker().tags(claims)).mask()).isEqualTo(0b111);
  }

  @Test
  void severalPinsBindAtOnceInTheOrderOfThePolicy() {
    // When
    Eligible eligible = eligible(PINS, Ask.role("critic").dataClass("phi"));
    // Then
    assertThat(eligible.mask()).isEqualTo(0b010);
    assertThat(eligible.constraints()).containsExactly("pin:judges", "pin:phi");
  }

  @Test
  void aPinThatTakesNothingAwayIsNotTold() {
    // Given
    String policy =
        """
        roles: {worker: {candidates: [mid, frontier]}}
        data_classes: [public]
        pins: [{name: strong, match: {data_class: phi}, models: [sonnet, opus]}]
        """;
    // Then
    assertThat(eligible(policy, Ask.worker().dataClass("phi")))
        .isEqualTo(new Eligible(0b11, List.of(), false));
  }

  @Test
  void pinsThatLeaveNothingAreRefused() {
    assertThatThrownBy(
            () ->
                eligible(
                    PINS, Ask.role("critic").dataClass("secret").tags(Map.of("team", "claims"))))
        .isInstanceOfSatisfying(
            Problem.Unprocessable.class,
            problem -> {
              assertThat(problem.status()).isEqualTo(422);
              assertThat(problem.code()).isEqualTo("pin_unmet");
              assertThat(problem.errors()).extracting(e -> e.field()).containsExactly("role");
            })
        .hasMessageContaining("'critic'")
        .hasMessageContaining("'secret-claims'");
  }

  /** Whatever else the request says: nothing leaves a pin. */
  @Test
  void noOtherConstraintLeavesAPin() {
    // Given
    Ask pinned = Ask.worker().dataClass("phi");
    // When
    Eligible strong = eligible(PINS, pinned.minTier("frontier"));
    Eligible cheap = eligible(PINS, pinned.maxCostUsd(0));
    // Then
    assertThat(strong.mask()).as("the strongest within the pin").isEqualTo(0b010);
    assertThat(strong.constraints()).containsExactly("pin:phi", "min_tier_unmet");
    assertThat(cheap.mask()).isEqualTo(0b001);
    assertThat(cheap.constraints()).containsExactly("pin:phi", "ceiling_unmet");
  }

  @Test
  void aPinOfTheDefaultRoleBindsTheRolesThatItAnswersFor() {
    // Given
    String policy =
        """
        roles: {worker: {}}
        default_role: worker
        pins: [{name: own, match: {role: worker}, models: [opus]}]
        """;
    // Then
    assertThat(eligible(policy, Ask.worker()).mask()).isEqualTo(0b100);
    assertThat(eligible(policy, Ask.role("cook")).mask()).isEqualTo(0b100);
  }

  // --- minimum tier

  @ParameterizedTest
  @CsvSource({"small, 7, ''", "mid, 6, min_tier", "frontier, 4, min_tier"})
  void theMinimumTierTakesAwayWhatIsBelowIt(String tier, long mask, String told) {
    // When
    Eligible eligible = eligible(PINS, Ask.worker().minTier(tier));
    // Then
    assertThat(eligible.mask()).isEqualTo(mask);
    assertThat(eligible.constraints()).isEqualTo(told.isEmpty() ? List.of() : List.of(told));
    assertThat(eligible.pinned()).isFalse();
  }

  @Test
  void aMinimumTierThatNoCandidateReachesLeavesTheStrongest() {
    // Given
    String policy = "roles: {worker: {candidates: [small, mid]}}";
    // Then
    assertThat(eligible(policy, Ask.worker().minTier("frontier")))
        .isEqualTo(new Eligible(0b10, List.of("min_tier_unmet"), false));
  }

  @Test
  void aTierThatThePolicyDoesNotHaveIsRefusedByName() {
    assertThatThrownBy(() -> eligible(PINS, Ask.worker().minTier("huge")))
        .isInstanceOfSatisfying(
            Problem.BadRequest.class,
            problem -> {
              assertThat(problem.code()).isEqualTo("unknown_tier");
              assertThat(problem.errors()).extracting(e -> e.field()).containsExactly("min_tier");
            })
        .hasMessageContaining("[small, mid, frontier]");
  }

  // --- ceilings: $.003, $.009 and $.045 a call

  @ParameterizedTest
  @CsvSource({
    "0.05, 7, ''",
    "0.045, 7, ''",
    "0.0449, 3, ceiling",
    "0.003, 1, ceiling",
    "0.0029, 1, ceiling_unmet",
    "0, 1, ceiling_unmet"
  })
  void theRequestsCeilingTakesAwayWhatCostsMore(double usd, long mask, String told) {
    // When
    Eligible eligible = eligible(PINS, Ask.worker().maxCostUsd(usd));
    // Then
    assertThat(eligible.mask()).isEqualTo(mask);
    assertThat(eligible.constraints()).isEqualTo(told.isEmpty() ? List.of() : List.of(told));
  }

  @Test
  void theLowerOfBothCeilingsBinds() {
    // Given
    String policy = "roles: {worker: {ceiling: {cost_usd_per_call: 0.01}}}";
    // Then
    assertThat(eligible(policy, Ask.worker()).mask()).isEqualTo(0b011);
    assertThat(eligible(policy, Ask.worker().maxCostUsd(1)).mask()).isEqualTo(0b011);
    assertThat(eligible(policy, Ask.worker().maxCostUsd(.005)).mask()).isEqualTo(0b001);
  }

  @Test
  void aCeilingReadsWhatCallsCostAndNotWhatTheyWereExpectedTo() {
    // Given: forty calls of the small tier took ten times the tokens
    Evidence dear = Evidence.ZERO;
    for (int i = 0; i < 40; i++) {
      dear = dear.plus(Evidence.episode()).plus(Evidence.tokens(15_000, 0, 0, 3_000, 0));
    }
    RoleEvidence evidence = Snapshots.evidence(Snapshots.arm(Snapshots.SMALL, dear));
    // When
    Eligible eligible = eligible(PINS, Ask.worker().maxCostUsd(.02), evidence);
    // Then
    assertThat(eligible.mask()).isEqualTo(0b010);
  }

  // --- latency

  @Test
  void anArmThatIsTooSlowIsTakenAwayAndOneThatWasNeverSeenIsNot() {
    // Given
    RoleEvidence evidence = Snapshots.evidence(taking(1, 300), taking(2, 9_000));
    // Then
    assertThat(eligible(PINS, Ask.worker().maxLatencyMs(1_000), evidence))
        .isEqualTo(new Eligible(0b101, List.of("latency"), false));
  }

  @Test
  void whereAllAreTooSlowTheFastestIsLeft() {
    // Given
    RoleEvidence evidence =
        Snapshots.evidence(taking(1, 3_000), taking(2, 2_000), taking(3, 9_000));
    // Then
    assertThat(eligible(PINS, Ask.worker().maxLatencyMs(1_000), evidence))
        .isEqualTo(new Eligible(0b010, List.of("latency_unmet"), false));
  }

  @Test
  void theLowerOfBothLatenciesBinds() {
    // Given
    String policy = "roles: {worker: {ceiling: {p95_latency: PT4S}}}";
    RoleEvidence evidence = Snapshots.evidence(taking(1, 300), taking(2, 2_000), taking(3, 9_000));
    // Then
    assertThat(eligible(policy, Ask.worker(), evidence).mask()).isEqualTo(0b011);
    assertThat(eligible(policy, Ask.worker().maxLatencyMs(60_000), evidence).mask())
        .isEqualTo(0b011);
    assertThat(eligible(policy, Ask.worker().maxLatencyMs(1_000), evidence).mask())
        .isEqualTo(0b001);
  }

  // --- together

  @Test
  void constraintsBindInOneOrderAndEachWithinWhatTheOneBeforeLeft() {
    // Given: the small arm is the cheapest and the fastest, and below the minimum tier
    RoleEvidence evidence = Snapshots.evidence(taking(1, 100), taking(2, 5_000), taking(3, 3_000));
    // When
    Eligible eligible =
        eligible(PINS, Ask.worker().minTier("mid").maxLatencyMs(4_000).maxCostUsd(.01), evidence);
    // Then: latency leaves the frontier alone, and its price is what bends
    assertThat(eligible.mask()).isEqualTo(0b100);
    assertThat(eligible.constraints()).containsExactly("min_tier", "latency", "ceiling_unmet");
  }

  @Test
  void eachMayBendAndEachSaysSo() {
    // Given
    RoleEvidence evidence =
        Snapshots.evidence(taking(1, 3_000), taking(2, 2_000), taking(3, 9_000));
    String policy = "roles: {worker: {candidates: [small, mid]}}";
    // When
    Eligible eligible =
        eligible(policy, Ask.worker().minTier("frontier").maxLatencyMs(1).maxCostUsd(0), evidence);
    // Then
    assertThat(eligible.mask()).isEqualTo(0b10);
    assertThat(eligible.constraints())
        .containsExactly("min_tier_unmet", "latency_unmet", "ceiling_unmet");
  }

  private static ArmEvidence taking(int armNo, long millis) {
    return new ArmEvidence(0, armNo, List.of(), Map.of(LatencySketch.binOf(millis), 100L));
  }

  /** Everything that is said of a request's arms. */
  private record Eligible(long mask, List<String> constraints, boolean pinned) {}

  private static Eligible eligible(String policy, Ask ask, RoleEvidence... evidence) {
    PolicyBook.Published published = Snapshots.published(policy);
    AllocationSnapshot snapshot = Snapshots.of(published, evidence);
    RouteRequest request = ask.request();
    RoleRoutes routes = snapshot.routes(request.role());
    return new Eligible(
        Eligibility.mask(request, Caller.LOCAL, routes, published.policy()),
        Eligibility.constraints(request, Caller.LOCAL, routes, published.policy()),
        Eligibility.pinned(request, Caller.LOCAL, routes, published.policy()) != routes.fullMask());
  }
}
