package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Opens after three failures in a row, for 1,000 ms. */
class CircuitTest {
  private final Circuit circuit = new Circuit(3, 1_000);

  @Test
  void failuresInARowOpenIt() {
    fail(2);
    circuit.succeeded();
    fail(2);
    assertThat(circuit.admits(10)).isTrue();

    fail(1);

    assertThat(circuit.isOpen()).isTrue();
    assertThat(circuit.admits(10)).isFalse();
    assertThat(circuit.admits(999)).isFalse();
  }

  @Test
  void afterTheCoolDownOneRequestFindsOut() {
    fail(3);

    assertThat(circuit.admits(1_000)).isTrue();
    assertThat(circuit.admits(1_000)).as("one at a time").isFalse();
    assertThat(circuit.admits(2_000)).as("the one before never came back").isTrue();
  }

  @Test
  void aProbeThatFailsKeepsItOpenAndOneThatSucceedsClosesIt() {
    fail(3);
    assertThat(circuit.admits(1_000)).isTrue();
    circuit.failed(1_500);
    assertThat(circuit.admits(2_400)).isFalse();
    assertThat(circuit.admits(2_500)).isTrue();

    circuit.succeeded();

    assertThat(circuit.isOpen()).isFalse();
    assertThat(circuit.admits(2_501)).isTrue();
    assertThat(circuit.admits(2_501)).isTrue();
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      circuit.failed(0);
    }
  }
}
