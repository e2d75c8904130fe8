package io.floorkeeper.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecisionIdTest {
  private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes();
  private static final byte[] OLD_SECRET = "an older secret of 32 bytes long".getBytes();
  private static final String PADDED =
      "EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  private static final String PADDED_TWICE =
      "EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";
  private final DecisionKeys keys = new DecisionKeys(Map.of(0, OLD_SECRET, 1, SECRET));

  @Test
  void everyFieldSurvivesTheSixtyFourCharacters() {
    Random random = new Random(20261123);
    for (int i = 0; i < 2_000; i++) {
      DecisionId id = random(random, 1);

      String characters = keys.sign(id);

      assertThat(characters).hasSize(DecisionId.CHARACTERS).matches("[A-Za-z0-9_-]+");
      assertThat(keys.verify(characters)).isEqualTo(id);
    }
  }

  @Test
  void aRootSaysAllButKeyFlagsAndRung() {
    Random random = new Random(20261125);
    for (int i = 0; i < 100; i++) {
      DecisionId id = random(random, 1);

      DecisionId read = DecisionId.ofRoot(id.root(), id.flags());

      assertThat(read).isEqualTo(id.with(id.flags(), 0, 0));
      assertThat(read.root()).isEqualTo(id.root());
    }
    assertThatThrownBy(() -> DecisionId.ofRoot(new byte[32], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("root bytes");
  }

  @Test
  void theExtremesFit() {
    DecisionId largest =
        new DecisionId(
            1,
            0xFFF,
            15,
            DecisionId.ORIGIN_MILLIS + (1L << 40) - 1,
            0xFFFF,
            0xFFFFFF,
            0xFFFF,
            0xFFFFFF,
            0xFF,
            0xFFFF,
            1,
            255,
            0xFFFFFF,
            0xFFFFFFFFL,
            0xFFFFFF);

    assertThat(keys.verify(keys.sign(largest))).isEqualTo(largest);
  }

  /** Ids are kept as long as evidence is: each byte stays where it was. */
  @Test
  void theLayoutIsTheOneThatWasPublished() {
    DecisionId id =
        new DecisionId(
            1,
            0x821,
            3,
            1_790_000_000_123L,
            0x8102,
            0x830405,
            0x8607,
            0x88090A,
            0x8B,
            0x8C0D,
            .8125f,
            0xFE,
            0x8F1011,
            0x92131415L,
            0x961718);

    assertThat(keys.sign(id))
        .isEqualTo("EYITDKUm8HuBAoMEBYYHiAkKi4wNP1AAAP6PEBGSExQVlhcYLL5-MtJGKpBy-yFq");
  }

  @Test
  void anyChangedCharacterIsNoticed() {
    String characters = keys.sign(random(new Random(1), 1));
    for (int i = 0; i < characters.length(); i++) {
      String changed =
          characters.substring(0, i)
              + (characters.charAt(i) == 'A' ? 'B' : 'A')
              + characters.substring(i + 1);

      assertThatThrownBy(() -> keys.verify(changed)).isInstanceOf(InvalidDecisionIdException.class);
    }
  }

  @Test
  void idsOfAnOlderKeyVerifyAndOfAnUnknownKeyDoNot() {
    DecisionId id = random(new Random(2), 0);
    String older = new DecisionKeys(Map.of(0, OLD_SECRET)).sign(id);

    assertThat(keys.verify(older)).isEqualTo(id);
    assertThatThrownBy(() -> new DecisionKeys(Map.of(1, SECRET)).verify(older))
        .isInstanceOfSatisfying(
            InvalidDecisionIdException.class,
            e -> assertThat(e.why()).isEqualTo(InvalidDecisionIdException.Why.UNKNOWN_KEY));
  }

  @Test
  void anIdSignedWithoutAStoredKeyIsToldApartFromAForgedOne() {
    byte[] own = Arrays.copyOf(SECRET, 32);
    String unstored =
        new DecisionKeys(Map.of(DecisionId.UNSTORED_KEY, own))
            .sign(random(new Random(3), DecisionId.UNSTORED_KEY));

    assertThatThrownBy(() -> keys.verify(unstored))
        .isInstanceOfSatisfying(
            InvalidDecisionIdException.class,
            e -> assertThat(e.why()).isEqualTo(InvalidDecisionIdException.Why.UNSTORED_KEY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "abc",
        "!!!!",
        PADDED,
        PADDED_TWICE,
        "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ"
      })
  void whatIsNoIdIsCalledMalformed(String characters) {
    assertThatThrownBy(() -> keys.verify(characters))
        .isInstanceOfSatisfying(
            InvalidDecisionIdException.class,
            e -> assertThat(e.why()).isEqualTo(InvalidDecisionIdException.Why.MALFORMED));
  }

  @Test
  void aContinuationSharesItsRootAndNothingElseDoes() {
    DecisionId first = random(new Random(4), 1);
    DecisionId continued = first.with(first.flags() | DecisionId.STICKY, 2, 1);
    DecisionId other = random(new Random(5), 1);

    assertThat(continued.root()).isEqualTo(first.root()).hasSize(DecisionId.ROOT_BYTES);
    assertThat(other.root()).isNotEqualTo(first.root());
  }

  @Test
  void labelProbabilitiesAreQuantisedUpFromNothing() {
    assertThat(DecisionId.labelCode(1)).isEqualTo(255);
    assertThat(DecisionId.labelCode(0)).isEqualTo(1);
    assertThat(DecisionId.labelCode(.3)).isEqualTo(77);
  }

  @Test
  void anImpossibleFieldIsNamed() {
    assertThatThrownBy(
            () ->
                new DecisionId(0, 0, 16, DecisionId.ORIGIN_MILLIS, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rung");
  }

  private static DecisionId random(Random random, int keyNo) {
    return new DecisionId(
        keyNo,
        random.nextInt(0x1000),
        random.nextInt(16),
        DecisionId.ORIGIN_MILLIS + (random.nextLong() >>> 24),
        random.nextInt(0x10000),
        random.nextInt(0x1000000),
        random.nextInt(0x10000),
        random.nextInt(0x1000000),
        random.nextInt(0x100),
        random.nextInt(0x10000),
        1 - random.nextFloat(),
        1 + random.nextInt(255),
        random.nextInt(0x1000000),
        random.nextLong() & 0xFFFFFFFFL,
        random.nextInt(0x1000000));
  }
}
