package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.HeardRepository.OfRole;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingEvidenceTest {
  private static final double TOLERATED = .1;

  /**
   * Seed 20261125. An alarm among them all has a probability of 1e-9 a stream by the interval's
   * level, so of 5e-7 for the 500 of this test.
   */
  @Test
  void healthyStreamsAreNeverSuspected() {
    // Given streams of which as much goes unheard as is tolerated, looked at after every task
    SplittableRandom random = new SplittableRandom(20_261_125);

    int alarms = 0;
    for (int stream = 0; stream < 500; stream++) {
      int unheard = 0;
      for (int task = 1; task <= 400; task++) {
        unheard += random.nextDouble() < TOLERATED ? 1 : 0;
        alarms += task % 10 == 0 && evidence(task, unheard).isTooMuchUnheard() ? 1 : 0;
      }
    }

    assertThat(alarms).isZero();
  }

  /**
   * Seed 7. 25 of 40 unheard alarm; that fewer are where a tenth is kept has a probability below
   * 1e-6, of 2e-4 for the 200 streams of this test.
   */
  @Test
  void aTenthIsNoticedWithinFortyDecisions() {
    SplittableRandom random = new SplittableRandom(7);

    for (int stream = 0; stream < 200; stream++) {
      int unheard = 0;
      for (int task = 0; task < 40; task++) {
        unheard += random.nextDouble() < .9 ? 1 : 0;
      }

      assertThat(evidence(40, unheard).verdict()).isEqualTo(SamplingEvidence.Verdict.UNHEARD);
    }
  }

  @ParameterizedTest
  @CsvSource({"200, 20, NONE", "200, 40, NONE", "200, 100, UNHEARD", "3, 3, NONE", "0, 0, UNKNOWN"})
  void littleAndFewProveNothing(long tasks, long unheard, SamplingEvidence.Verdict verdict) {
    assertThat(evidence(tasks, unheard).verdict()).isEqualTo(verdict);
  }

  @Test
  void oneMarkIsEnough() {
    SamplingEvidence evidence = new SamplingEvidence(1_000, 1, List.of(), TOLERATED);

    assertThat(evidence.verdict()).isEqualTo(SamplingEvidence.Verdict.MARKED);
  }

  @Test
  void theMessageGivesBothReadingsOfSilence() {
    assertThat(evidence(200, 180).message())
        .contains("the stream is sampled")
        .contains("do not follow");
  }

  @Test
  void theShareComesWithItsInterval() {
    SamplingEvidence evidence = evidence(200, 50);

    assertThat(evidence.share()).isEqualTo(.25);
    assertThat(evidence.interval().low()).isBetween(.15, .20);
    assertThat(evidence.interval().high()).isBetween(.30, .36);
  }

  private static SamplingEvidence evidence(long tasks, long unheard) {
    long half = tasks / 2;
    return new SamplingEvidence(
        0,
        0,
        List.of(
            new OfRole("critic", half, unheard / 2),
            new OfRole("worker", tasks - half, unheard - unheard / 2)),
        TOLERATED);
  }
}
