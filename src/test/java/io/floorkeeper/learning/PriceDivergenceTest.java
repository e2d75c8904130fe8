package io.floorkeeper.learning;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceDivergenceTest {
  @ParameterizedTest
  @CsvSource({
    "1000, 1000, false",
    "1000, 1010, false",
    "1000, 1011, true",
    "1000, 990,  false",
    "1000, 989,  true",
    "1000, 0,    true",
    "0,    0,    false",
    "0,    1,    true",
    "9000000000000000000, 9000000000000000000, false",
  })
  void onePercentOfThePriceIsWithin(long priced, long reported, boolean beyond) {
    assertThat(PriceDivergence.isBeyond(priced, reported)).isEqualTo(beyond);
  }
}
