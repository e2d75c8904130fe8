package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DiscountedEvidenceTest {
  private static final double H = 5545;

  @Test
  void freshLabelsOfWeightOneCountOneEach() {
    // Given
    Evidence sums =
        times(30, Evidence.label(Evidence.ONE, Evidence.ONE))
            .plus(times(10, Evidence.label(Evidence.ONE, 0)));

    // When
    DiscountedEvidence evidence = DiscountedEvidence.of(List.of(block(1000, 0, sums)), 1000, H);

    // Then
    assertThat(evidence.effectiveLabels()).isEqualTo(40);
    assertThat(evidence.meanQuality()).isEqualTo(.75);
    assertThat(evidence.labels()).isEqualTo(40);
  }

  @Test
  void afterAHalfLifeHalfOfTheLabelsRemainAndTheirMeanIsKept() {
    // Given
    Evidence sums = times(40, Evidence.label(Evidence.ONE, 900_000));

    // When
    DiscountedEvidence evidence =
        DiscountedEvidence.of(List.of(block(1000, 0, sums)), 1000 + 5545, H);

    // Then
    assertThat(evidence.effectiveLabels()).isCloseTo(20, within(1e-12));
    assertThat(evidence.meanQuality()).isCloseTo(.9, within(1e-15));
  }

  @Test
  void evidenceFromBeforeAResetCountsATwentieth() {
    // Given
    Evidence sums = times(100, Evidence.label(Evidence.ONE, 0));

    // When
    DiscountedEvidence evidence =
        DiscountedEvidence.of(List.of(block(0, 1, sums), block(0, 2, sums)), 0, H);

    // Then
    assertThat(evidence.effectiveLabels()).isCloseTo(5 + .25, within(1e-12));
  }

  @Test
  void unevenWeightsAreWorthLessThanTheirCount() {
    // Given: Kish: (1+1+1+5)^2 / (1+1+1+25) = 64/28
    Evidence sums =
        times(3, Evidence.label(Evidence.ONE, 0))
            .plus(Evidence.label(5 * Evidence.ONE, Evidence.ONE));

    // When
    DiscountedEvidence evidence = DiscountedEvidence.of(List.of(block(0, 0, sums)), 0, H);

    // Then
    assertThat(evidence.effectiveLabels()).isCloseTo(64. / 28, within(1e-12));
    assertThat(evidence.meanQuality()).isCloseTo(5. / 8, within(1e-15));
  }

  @Test
  void theEffectiveLabelsNeverExceedTheDiscountedCount() {
    // Given
    Random random = new Random(20260103);
    for (int run = 0; run < 200; run++) {
      List<BlockEvidence> blocks = new ArrayList<>();
      for (int b = 0; b < 1 + random.nextInt(20); b++) {
        Evidence sums = Evidence.ZERO;
        for (int i = 0; i < random.nextInt(30); i++) {
          sums =
              sums.plus(Evidence.label(1 + random.nextInt(9_000_000), random.nextInt(1_000_001)));
        }
        blocks.add(block(693L * b, random.nextInt(3), sums));
      }

      // When
      DiscountedEvidence evidence = DiscountedEvidence.of(blocks, 14_000, H);

      // Then
      assertThat(evidence.effectiveLabels()).isBetween(0., evidence.labels());
    }
  }

  @Test
  void withoutLabelsOnlyThePriorSpeaks() {
    // Given
    DiscountedEvidence nothing = DiscountedEvidence.of(List.of(), 77, H);

    // When
    BetaPosterior posterior = nothing.quality(.8, 4);

    // Then
    assertThat(posterior).isEqualTo(BetaPosterior.of(.8, 4, 0, 0));
    assertThat(nothing.meanQuality()).isNaN();
    assertThat(nothing.meanUsd()).isNaN();
    assertThat(nothing.cvUsd()).isNaN();
  }

  @Test
  void whatIsOlderThanSixHalfLivesCountsNothing() {
    // Given
    Evidence sums = Evidence.label(Evidence.ONE, 0);
    long horizon = (long) (6 * H);

    // When
    DiscountedEvidence evidence =
        DiscountedEvidence.of(List.of(block(0, 0, sums), block(1, 0, sums)), horizon + 1, H);

    // Then
    assertThat(evidence.labels()).isCloseTo(1. / 64, within(1e-12));
  }

  @Test
  void tokensAndDollarsAreMeansPerEpisodeWhereTheyAreKnown() {
    // Given: dollars 1 and 3: mean 2, E[c^2] = 5, cv = sqrt(5/4 - 1) = 1/2
    Evidence sums =
        times(5, Evidence.episode())
            .plus(Evidence.tokens(1000, 200, 50, 300, 100))
            .plus(Evidence.tokens(3000, 0, 50, 100, 0))
            .plus(Evidence.dollars(Evidence.NANOS_PER_USD))
            .plus(Evidence.dollars(3 * Evidence.NANOS_PER_USD))
            .plus(Evidence.latency(100))
            .plus(Evidence.latency(300));

    // When
    DiscountedEvidence evidence =
        DiscountedEvidence.of(List.of(block(0, 0, sums)), (long) H, Double.POSITIVE_INFINITY);

    // Then
    assertThat(evidence.episodes()).isEqualTo(5);
    assertThat(evidence.tokenEpisodes()).isEqualTo(2);
    assertThat(evidence.meanInputTokens()).isEqualTo(2000);
    assertThat(evidence.meanCacheReadTokens()).isEqualTo(100);
    assertThat(evidence.meanCacheWriteTokens()).isEqualTo(50);
    assertThat(evidence.meanOutputTokens()).isEqualTo(200);
    assertThat(evidence.meanReasoningTokens()).isEqualTo(50);
    assertThat(evidence.meanUsd()).isEqualTo(2);
    assertThat(evidence.cvUsd()).isCloseTo(.5, within(1e-12));
    assertThat(evidence.meanLatencyMillis()).isEqualTo(200);
  }

  @Test
  void aHalfLifeMustBePositive() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DiscountedEvidence.of(List.of(), 0, 0))
        .withMessageContaining("halfLifeCalls");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DiscountedEvidence.of(List.of(), 0, Double.NaN));
  }

  private static BlockEvidence block(long openedAt, int resets, Evidence sums) {
    return new BlockEvidence(0, openedAt, resets, sums);
  }

  private static Evidence times(int count, Evidence fact) {
    Evidence sum = Evidence.ZERO;
    for (int i = 0; i < count; i++) {
      sum = sum.plus(fact);
    }
    return sum;
  }
}
