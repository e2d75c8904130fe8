package io.floorkeeper.learning;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.Tokens;
import io.floorkeeper.posterior.EvidenceKey;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EpisodeTest {
  private static final DecisionId DECISION =
      new DecisionId(0, 0, 0, 1_790_000_000_000L, 1, 2, 0, 3, 0, 4, 1, 255, 1, 5, 6);
  private static final Tokens TOKENS = new Tokens(100, 20, 3, 50, 10);
  private static final EvidenceKey START = new EvidenceKey(3, 0, 4, 6, EvidenceKey.FIRST_PASS);
  private static final int LADDER = 77;
  private final Episode opened = Episode.opened(DECISION, OptionalLong.empty(), true);

  @Test
  void anEpisodeThatNobodySawAddsNothing() {
    assertThat(opened.contribution()).isEmpty();
  }

  @Test
  void itsContributionGoesToTheArmAndBlockThatDecided() {
    assertThat(opened.startKey().roleNo()).isEqualTo(3);
    assertThat(opened.startKey().armNo()).isEqualTo(4);
    assertThat(opened.startKey().block()).isEqualTo(6);
  }

  @Test
  void retriesAddUpToOneEpisodeWithAllTheirDollars() {
    Evidence evidence =
        firstPass(
            opened
                .plus(call(1, TOKENS, 1_000, true, null), 0)
                .plus(call(2, TOKENS, 2_000, false, passed(true)), 0));

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
            .plus(call(2, TOKENS, 1, false, passed(false)), 0)
            .plus(call(1, TOKENS, 1, false, passed(true)), 0);

    assertThat(episode.deliveredLabel()).contains(passed(false));
  }

  @Test
  void aLastCallThatFailedDeliversNothing() {
    Episode episode =
        opened
            .plus(call(1, TOKENS, 1, false, passed(true)), 0)
            .plus(call(2, TOKENS, 1, true, null), 0);

    assertThat(episode.deliveredLabel()).contains(passed(false));
  }

  @Test
  void aFailureThatWasRetriedIsNoLabel() {
    Episode episode =
        opened.plus(call(1, TOKENS, 1, true, null), 0).plus(call(2, TOKENS, 1, false, null), 0);

    assertThat(episode.deliveredLabel()).isEmpty();
  }

  @Test
  void aFailureIsNoLabelWhereThePolicyDoesNotSaySo() {
    Episode episode =
        Episode.opened(DECISION, OptionalLong.empty(), false)
            .plus(call(1, TOKENS, 1, true, null), 0);

    assertThat(episode.deliveredLabel()).isEmpty();
  }

  @Test
  void dollarsThatAreKnownInPartAreNotKnown() {
    Evidence evidence =
        firstPass(
            opened
                .plus(call(1, TOKENS, 1_000, false, null), 0)
                .plus(
                    new EpisodeCall(
                        rank(2), Optional.empty(), OptionalLong.empty(), false, Optional.empty()),
                    0));

    assertThat(evidence.dollarEpisodes()).isZero();
    assertThat(evidence.sumNanoUsd()).isZero();
    assertThat(evidence.tokenEpisodes()).isZero();
    assertThat(evidence.inputTokens()).isZero();
  }

  @Test
  void aClimbedLadderIsPaidAndDeliveredByTheArmThatStarted() {
    Episode episode =
        opened
            .plus(call(1, TOKENS, 1_000, false, passed(false)), 0)
            .plus(climbed(1, 2, 9_000, passed(true)), LADDER);

    Map<EvidenceKey, Evidence> parts = episode.contribution();

    // What the user paid and received: the first pass and what climbing made of it
    Evidence chain = parts.get(START).plus(parts.get(START.part(LADDER)));
    assertThat(chain.episodes()).isEqualTo(1);
    assertThat(chain.labels()).isEqualTo(1);
    assertThat(chain.sumVQ()).isEqualTo(BigInteger.valueOf(1_000_000_000_000L));
    assertThat(chain.sumNanoUsd()).isEqualTo(BigInteger.valueOf(10_000));
    assertThat(chain.sumNanoUsd2()).isEqualTo(BigInteger.valueOf(100_000_000));
    // The first pass stays true whatever becomes of the ladder
    assertThat(parts.get(START).sumVQ()).isZero();
    assertThat(parts.get(START).labels()).isEqualTo(1);
    assertThat(parts.get(START).sumNanoUsd()).isEqualTo(BigInteger.valueOf(1_000));
  }

  @Test
  void anEpisodeThatNeverClimbsHasOnePartOnly() {
    Episode episode = opened.plus(call(1, TOKENS, 1_000, false, passed(true)), 0);

    assertThat(episode.contribution()).containsOnlyKeys(START);
  }

  @Test
  void aLadderThatFailsOnItsLastRungDeliversNothing() {
    Episode episode =
        opened
            .plus(call(1, TOKENS, 1, false, passed(false)), 0)
            .plus(climbed(1, 2, 1, passed(false)), LADDER)
            .plus(climbed(2, 3, 1, passed(false)), LADDER);

    assertThat(episode.deliveredLabel()).contains(passed(false));
  }

  /** Property, seed 11: any order of arrival, any cut into transactions, gives the same sums. */
  @Test
  void theOrderOfArrivalDoesNotMatter() {
    Random random = new Random(11);
    for (int round = 0; round < 400; round++) {
      List<EpisodeCall> calls = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(6); i++) {
        Label label = random.nextBoolean() ? passed(random.nextBoolean()) : null;
        calls.add(
            round % 2 == 0 || random.nextBoolean()
                ? call(i, TOKENS, random.nextInt(1_000), random.nextBoolean(), label)
                : climbed(1 + random.nextInt(2), i, random.nextInt(1_000), label));
      }
      Map<EvidenceKey, Evidence> inOrder = sum(calls);
      Collections.shuffle(calls, random);

      Map<EvidenceKey, Evidence> shuffled = sum(calls);

      assertThat(shuffled).isEqualTo(inOrder);
    }
  }

  /** Adds contribution changes call by call, as transactions do. */
  private Map<EvidenceKey, Evidence> sum(List<EpisodeCall> calls) {
    Episode episode = opened;
    TreeMap<EvidenceKey, Evidence> sum = new TreeMap<>();
    for (EpisodeCall call : calls) {
      Episode next = episode.plus(call, LADDER);
      next.contribution().forEach((k, e) -> sum.merge(k, e, Evidence::plus));
      episode
          .contribution()
          .forEach((k, e) -> sum.merge(k, Evidence.ZERO.minus(e), Evidence::plus));
      episode = next;
    }
    sum.values().removeIf(Evidence::isZero);
    return sum;
  }

  private static Evidence firstPass(Episode episode) {
    return episode.contribution().get(START);
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

  private static EpisodeCall climbed(int rung, int order, long nanoUsd, Label label) {
    return new EpisodeCall(
        new byte[] {(byte) rung, (byte) (order + 1)},
        Optional.of(TOKENS),
        OptionalLong.of(nanoUsd),
        false,
        Optional.ofNullable(label));
  }

  private static byte[] rank(int order) {
    return new byte[] {0, (byte) (order + 1)};
  }
}
