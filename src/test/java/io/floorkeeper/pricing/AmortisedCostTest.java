package io.floorkeeper.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AmortisedCostTest {

  @Test
  void theMonthIsSpreadOverTheCallsOfAMonth() {
    // 2400 dollars over 120 * 43,830 calls
    assertThat(AmortisedCost.usdPerCall(2_400, 120)).isCloseTo(.000_456_308, within(1e-9));
    assertThat(AmortisedCost.usdPerCall(2_400, 60))
        .isCloseTo(2 * AmortisedCost.usdPerCall(2_400, 120), within(1e-12));
    assertThat(AmortisedCost.usdPerCall(2_400, 0)).isNaN();
  }

  @Test
  void sharesAddUpToWhatTheTimeCost() {
    double days = 365.25 / 12 / 4;

    double shares = 0;
    for (long calls : new long[] {1, 99, 900}) {
      shares += AmortisedCost.shareUsd(2_400, days, calls, 1_000);
    }

    assertThat(shares).isCloseTo(600, within(1e-9));
    assertThat(AmortisedCost.shareUsd(2_400, days, 0, 0)).isNaN();
  }
}
