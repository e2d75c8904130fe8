package io.floorkeeper.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.replay.StrongShareCurve.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class StrongShareCurveTest {

  @Test
  void askingByChanceRecoversWhatItAsks() {
    StrongShareCurve chance = StrongShareCurve.through(List.of());

    assertThat(chance.apgr()).isEqualTo(.5);
    assertThat(chance.callPerformanceThreshold(.5)).isEqualTo(.5);
    assertThat(chance.callPerformanceThreshold(.8)).isEqualTo(.8);
  }

  @Test
  void theAreaIsMadeOfTrapezoidsInWhateverOrderThePointsCome() {
    // When: 0 to .5 at mean height .35, .5 to 1 at mean height .85
    StrongShareCurve curve = StrongShareCurve.through(List.of(new Point(.5, .7)));
    StrongShareCurve shuffled =
        StrongShareCurve.through(
            List.of(new Point(.75, .85), new Point(.25, .35), new Point(.5, .7)));

    // Then
    assertThat(curve.apgr()).isCloseTo(.5 * .35 + .5 * .85, within(1e-15));
    assertThat(shuffled.apgr()).isCloseTo(curve.apgr(), within(1e-15));
    assertThat(curve.callPerformanceThreshold(.35)).isCloseTo(.25, within(1e-15));
    assertThat(curve.callPerformanceThreshold(.85)).isCloseTo(.75, within(1e-15));
    assertThat(curve.callPerformanceThreshold(1)).isEqualTo(1);
  }

  @Test
  void aThresholdIsWhereTheCurveFirstReachesIt() {
    // Given: up, down, up; and a step
    StrongShareCurve curve =
        StrongShareCurve.through(List.of(new Point(.2, .6), new Point(.4, .4), new Point(.4, .9)));

    // Then
    assertThat(curve.callPerformanceThreshold(.3)).isCloseTo(.1, within(1e-15));
    assertThat(curve.callPerformanceThreshold(.8)).isEqualTo(.4);
  }

  @Test
  void aRouterMayDoWorseThanAlwaysWeak() {
    assertThat(StrongShareCurve.through(List.of(new Point(.5, -.2))).apgr()).isLessThan(.5);
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    refused(() -> StrongShareCurve.through(List.of(new Point(1.1, 0))), "strongShare");
    refused(() -> StrongShareCurve.through(List.of(new Point(.5, Double.NaN))), "pgr");
    refused(() -> StrongShareCurve.through(List.of()).callPerformanceThreshold(0), "level");
  }

  private static void refused(Runnable call, String parameter) {
    assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining(parameter);
  }
}
