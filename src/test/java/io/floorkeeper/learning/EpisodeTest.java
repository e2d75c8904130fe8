package io.floorkeeper.learning;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.Tokens;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EpisodeTest {
  private static final DecisionId DECISION =
      new DecisionId(0, 0, 0, 1_790_000_000_000L, 1, 2, 0, 3, 0, 4, 1, 255, 1, 5, 6);
  private static final Tokens TOKENS = new Tokens(100, 20, 3, 50, 10);
  private final Episode opened = Episode.opened(DECISION, true);

  @Test
  void anEpisodeThatNobodySawAddsNothing() {
    assertThat(opened.contribution()).isEqualTo(Evidence.ZERO);
  }

  @Test
  void itsContributionGoesToTheArmAndBlockThatDecided() {
    assertThat(opened.evidenceKey().roleNo()).isEqualTo(3);
    assertThat(opened.evidenceKey().armNo()).isEqualTo(4);
    assertThat(opened.evidenceKey().block()).isEqualTo(6);
  }

  @Test
  void retriesAddUpToOneEpisodeWithAllTheirDollars() {
    Evidence evidence =
        opened
            .plus(call(1, TOKENS, 1_000, true, null))
            .plus(call(2, TOKENS, 2_000, false, passed(true)))
            .contribution();

    assertThat(evidence.episodes()).isEqualTo(1);
    assertThat(evidence.labels()).isEqualTo(1);
    assertThat(evidence.inputTokens()).isEqualTo(200);
    assertThat(evidence.sumNanoUsd()).isEqualTo(BigInteger.valueOf(3_000));
    assertThat(evidence.sumNanoUsd2()).isEqualTo(BigInteger.valueOf(9_000_000));
    assertThat(evidence.sumVQ()).isEqualTo(BigInteger.valueOf(1_000_000_000_000L));
    assertThat(evidence.errors()).isEqualTo(1);
  }

  @Test
  void theLatestLabelOfTheEpisodeIsTheDeliveredOne() {
    Episode episode =
        opened
            .plus(call(2, TOKENS, 1, false, passed(false)))
            .plus(call(1, TOKENS, 1, false, passed(true)));

    assertThat(episode.deliveredLabel()).contains(passed(false));
  }

  @Test
  void aLastCallThatFailedDeliversNothing() {
    Episode episode =
        opened.plus(call(1, TOKENS, 1, false, passed(true))).plus(call(2, TOKENS, 1, true, null));

    assertThat(episode.deliveredLabel()).contains(passed(false));
  }

  @Test
  void aFailureThatWasRetriedIsNoLabel() {
    Episode episode =
        opened.plus(call(1, TOKENS, 1, true, null)).plus(call(2, TOKENS, 1, false, null));

    assertThat(episode.deliveredLabel()).isEmpty();
  }

  @Test
  void aFailureIsNoLabelWhereThePolicyDoesNotSaySo() {
    Episode episode = Episode.opened(DECISION, false).plus(call(1, TOKENS, 1, true, null));

    assertThat(episode.deliveredLabel()).isEmpty();
  }

  @Test
  void dollarsThatAreKnownInPartAreNotKnown() {
    Evidence evidence =
        opened
            .plus(call(1, TOKENS, 1_000, false, null))
            .plus(
                new EpisodeCall(
                    rank(2), Optional.empty(), OptionalLong.empty(), false, Optional.empty()))
            .contribution();

    assertThat(evidence.dollarEpisodes()).isZero();
    assertThat(evidence.sumNanoUsd()).isZero();
    assertThat(evidence.tokenEpisodes()).isZero();
    assertThat(evidence.inputTokens()).isZero();
  }

  /** Property, seed 11: any order of arrival, any cut into transactions, gives the same sums. */
  @Test
  void theOrderOfArrivalDoesNotMatter() {
    Random random = new Random(11);
    for (int round = 0; round < 200; round++) {
      List<EpisodeCall> calls = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(6); i++) {
        calls.add(
            call(
                i,
                TOKENS,
                random.nextInt(1_000),
                random.nextBoolean(),
                random.nextBoolean() ? passed(random.nextBoolean()) : null));
      }
      Evidence inOrder = sum(calls);
      Collections.shuffle(calls, random);

      Evidence shuffled = sum(calls);

      assertThat(shuffled).isEqualTo(inOrder);
    }
  }

  /** Adds contribution changes call by call, as transactions do. */
  private Evidence sum(List<EpisodeCall> calls) {
    Episode episode = opened;
    Evidence sum = Evidence.ZERO;
    for (EpisodeCall call : calls) {
      Episode next = episode.plus(call);
      sum = sum.plus(next.contribution().minus(episode.contribution()));
      episode = next;
    }
    return sum;
  }

  private static Label passed(boolean passed) {
    return new Label(1_000_000, passed ? 1_000_000 : 0);
  }

  private static EpisodeCall call(
      int order, Tokens tokens, long nanoUsd, boolean error, Label label) {
    return new EpisodeCall(
        rank(order),
        Optional.of(tokens),
        OptionalLong.of(nanoUsd),
        error,
        Optional.ofNullable(label));
  }

  private static byte[] rank(int order) {
    return new byte[] {0, (byte) (order + 1)};
  }
}
