package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EvidenceTest {

  @Test
  void sumsDoNotDependOnTheOrderOrThePartitionOfTheFacts() {
    // Given
    Random random = new Random(20260101);
    List<Evidence> facts = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      facts.add(anyFact(random));
    }
    Evidence inOrder = sum(facts);
    Collections.shuffle(facts, random);

    // When
    Evidence merged = sum(facts.subList(0, 123)).plus(sum(facts.subList(123, 500)));

    // Then
    assertThat(merged).isEqualTo(inOrder);
  }

  @Test
  void aCorrectedLabelLeavesNoTraceOfTheFirst() {
    // Given
    Random random = new Random(20260102);
    Evidence others = sum(List.of(anyFact(random), anyFact(random), anyFact(random)));
    Evidence wrong = Evidence.label(1_666_667, 1_000_000);
    Evidence right = Evidence.label(3_333_333, 250_001);

    // When
    Evidence corrected = others.plus(wrong).minus(wrong).plus(right);

    // Then
    assertThat(corrected).isEqualTo(right.plus(others));
    assertThat(corrected.minus(others).minus(right).isZero()).isTrue();
  }

  @Test
  void aLabelIsKeptInMillionthsAndTheirSquares() {
    // When
    Evidence label = Evidence.label(2_000_000, 500_000);

    // Then
    assertThat(label.labels()).isOne();
    assertThat(label.sumV()).isEqualTo(BigInteger.valueOf(2_000_000));
    assertThat(label.sumV2()).isEqualTo(BigInteger.valueOf(4_000_000_000_000L));
    assertThat(label.sumVQ()).isEqualTo(BigInteger.valueOf(1_000_000_000_000L));
  }

  @Test
  void theSecondMomentOfDollarsOutgrowsALong() {
    // Given
    Evidence fourDollars = Evidence.dollars(4 * Evidence.NANOS_PER_USD);

    // When
    Evidence two = fourDollars.plus(fourDollars);

    // Then
    assertThat(two.sumNanoUsd2()).isEqualTo(new BigInteger("32000000000000000000"));
    assertThat(two.dollarEpisodes()).isEqualTo(2);
  }

  @Test
  void whatCannotBeObservedIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Evidence.label(0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> Evidence.label(1_000_000, 1_000_001));
    assertThatIllegalArgumentException().isThrownBy(() -> Evidence.dollars(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> Evidence.tokens(1, 0, 0, -1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> Evidence.latency(-1));
  }

  private static Evidence anyFact(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> Evidence.episode();
      case 1 -> Evidence.label(1 + random.nextInt(20_000_000), random.nextInt(1_000_001));
      case 2 ->
          Evidence.tokens(
              random.nextInt(1 << 20), random.nextInt(99), 7, random.nextInt(1 << 14), 3);
      case 3 -> Evidence.dollars(random.nextLong() >>> 20);
      case 4 -> Evidence.error();
      default -> Evidence.latency(random.nextInt(600_000));
    };
  }

  private static Evidence sum(List<Evidence> facts) {
    return facts.stream().reduce(Evidence.ZERO, Evidence::plus);
  }
}
