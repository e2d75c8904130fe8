package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.ShadowOdds;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A shadowed role behind models that are probed or full: what is logged is the probability over all
 * that the gates could have left. Seed and false alarms as {@link RouterFixture} says.
 */
class RouterShadowGatesTest extends RouterFixture {

  @ParameterizedTest
  @CsvSource({
    "half_open, .2",
    "half_open, 0",
    "full, .2",
    "both, .2",
    "both, 0",
    "one_is_left, .2",
  })
  void armsAreServedAsOftenAsIsLoggedWhateverTheGatesLeft(String gate, double share) {
    // Given
    AllocationSnapshot snapshot =
        RoleGatesTest.behind(
            Snapshots.worker(
                "{learning: shadow, preset: small, shadow_share: %s, label_rate: .1}"
                    .formatted(share)),
            models(gate),
            Snapshots.undecided());
    Frequencies<Integer> arms = new Frequencies<>();
    Map<Integer, Double> logged = new HashMap<>();
    double[] inverse = new double[3];
    double[] bandit = new double[3];
    // When
    for (int i = 0; i < DRAWS; i++) {
      Decision decision = decide(snapshot, Ask.worker());
      int candidate = decision.candidate();
      arms.count(candidate);
      Double before = logged.put(candidate, decision.propensity());
      inverse[candidate] += 1 / decision.propensity();
      // Then
      assertThat(before == null || before == decision.propensity()).isTrue();
      assertThat(decision.isShadowed()).as("none is left out of the report").isTrue();
      assertThat(decision.id().has(DecisionId.SHADOW)).isTrue();
      assertThat(decision.id().has(DecisionId.NOT_DRAWN)).isEqualTo(share == 0);
      assertThat(decision.id().propensity()).isEqualTo((float) decision.propensity());
      if (i % 20 == 0) {
        assertTellsTheWhole(decision.shadowOdds(), decision);
      }
      bandit[candidate] += decision.banditPropensity(candidate) / decision.propensity();
    }
    arms.assertFollow(logged);
    assertThat(logged.values().stream().mapToDouble(p -> p).sum()).isCloseTo(1, within(1e-8));
    for (int k : logged.keySet()) {
      // E[1{k}/p] = 1. Four standard errors: 6e-5 a comparison, were the seed not fixed.
      double bound = 4 * Math.sqrt(1 / logged.get(k) / DRAWS);
      assertThat(inverse[k] / DRAWS).isCloseTo(1, within(bound));
    }
    if (share > 0) {
      assertThat((bandit[0] + bandit[1] + bandit[2]) / DRAWS)
          .as("the mean weight of the bandit")
          .isCloseTo(1, within(4 * Math.sqrt(2 / share / DRAWS)));
    }
  }

  private static void assertTellsTheWhole(ShadowOdds odds, Decision decision) {
    double[] sums = new double[3];
    for (ShadowOdds.Arm arm : odds.arms()) {
      sums[0] += arm.rules();
      sums[1] += arm.bandit();
      sums[2] += arm.served();
      if (arm.arm().equals(decision.arm().arm().key())) {
        assertThat(arm.served()).isEqualTo(decision.propensity());
        assertThat(arm.bandit()).isEqualTo(odds.taken());
      }
    }
    for (double sum : sums) {
      assertThat(sum).isCloseTo(1, within(1e-8));
    }
  }

  private static Map<String, PoolState.Standing> models(String gate) {
    return switch (gate) {
      case "half_open" -> Map.of("haiku", RoleGatesTest.ill("half_open"));
      case "full" -> Map.of("haiku", RoleGatesTest.full(.3));
      case "both" ->
          Map.of("haiku", RoleGatesTest.ill("half_open"), "sonnet", RoleGatesTest.full(.6));
      default -> // the probed one or the strongest alone
          Map.of("haiku", RoleGatesTest.ill("half_open"), "sonnet", RoleGatesTest.ill("open"));
    };
  }
}
