package io.floorkeeper.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the buffers and pads behind the ids must not change: the code, and whose id it is. */
class DecisionKeysTest {
  private static final int THREADS = 8;
  private static final int IDS_PER_THREAD = 4_000;

  private static final byte[] FIRST = secret(1, 32);
  private static final byte[] SECOND = secret(2, 48);
  private static final byte[] THIRD = secret(3, 64);

  /** A key is rotated in, and the oldest is dropped: three sets, as a replica has them in turn. */
  private static final List<DecisionKeys> ROTATION =
      List.of(
          new DecisionKeys(Map.of(0, FIRST)),
          new DecisionKeys(Map.of(0, FIRST, 1, SECOND)),
          new DecisionKeys(Map.of(1, SECOND, 2, THIRD)));

  private static final List<byte[]> SIGNING = List.of(FIRST, SECOND, THIRD);

  @ParameterizedTest
  @ValueSource(ints = {32, 63, 64, 65, 200}) // around SHA-256's block, where HMAC hashes its key
  void theCodeIsTheJdksHmac(int secretBytes) throws GeneralSecurityException {
    byte[] secret = secret(secretBytes, secretBytes);
    DecisionKeys keys = new DecisionKeys(Map.of(3, secret));
    Random random = new Random(20261125);
    for (int i = 0; i < 500; i++) {
      DecisionId id = id(random, 3);

      assertThat(keys.sign(id)).isEqualTo(signedByTheJdk(id, secret));
    }
  }

  @Test
  void manyThreadsSignAndVerifyWhileKeysRotate() throws Exception {
    AtomicReference<DecisionKeys> inForce = new AtomicReference<>(ROTATION.get(0));
    CyclicBarrier start = new CyclicBarrier(THREADS);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Integer>> working = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int seed = thread;
        working.add(
            threads.submit(
                () -> {
                  start.await();
                  return signAndVerify(inForce, new Random(seed));
                }));
      }
      for (Future<Integer> one : working) {
        assertThat(one.get()).isEqualTo(IDS_PER_THREAD);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Every thread rotates the keys of all of them, so that each signs under each key at any time.
   */
  private static int signAndVerify(AtomicReference<DecisionKeys> inForce, Random random)
      throws GeneralSecurityException {
    String previous = null;
    DecisionId previousId = null;
    int right = 0;
    for (int i = 0; i < IDS_PER_THREAD; i++) {
      inForce.set(ROTATION.get(random.nextInt(ROTATION.size())));
      DecisionKeys keys = inForce.get();
      DecisionId id = id(random, keys.signingKeyNo());
      String characters = keys.sign(id);
      boolean signed = characters.equals(signedByTheJdk(id, SIGNING.get(keys.signingKeyNo())));
      boolean verified = keys.verify(characters).equals(id);
      boolean earlier = previous == null || isVerified(previous, previousId, inForce.get());
      right += signed && verified && earlier ? 1 : 0;
      previous = characters;
      previousId = id;
    }
    return right;
  }

  /** Whether the id is read back by keys that hold its own, and refused by those that do not. */
  private static boolean isVerified(String characters, DecisionId id, DecisionKeys keys) {
    try {
      return keys.verify(characters).equals(id) && keys.secrets().containsKey(id.keyNo());
    } catch (InvalidDecisionIdException e) {
      return e.why() == InvalidDecisionIdException.Why.UNKNOWN_KEY
          && !keys.secrets().containsKey(id.keyNo());
    }
  }

  @Test
  void aTaskGoesOnUnderTheKeyThatSignsNow() {
    Random random = new Random(7);
    for (int i = 0; i < 500; i++) {
      DecisionId first = id(random, 0);
      String characters = ROTATION.get(0).sign(first);

      DecisionId continued = ROTATION.get(1).continued(characters, DecisionId.STICKY);

      assertThat(continued)
          .isEqualTo(first.with(first.flags() | DecisionId.STICKY, first.rung(), 1));
      assertThat(ROTATION.get(1).verify(ROTATION.get(1).sign(continued))).isEqualTo(continued);
    }
  }

  @Test
  void whatIsForgedIsNotContinued() {
    String characters = ROTATION.get(1).sign(id(new Random(8), 1));
    String forged = characters.substring(0, 63) + (characters.charAt(63) == 'A' ? 'B' : 'A');

    assertThatThrownBy(() -> ROTATION.get(1).continued(forged, DecisionId.STICKY))
        .isInstanceOfSatisfying(
            InvalidDecisionIdException.class,
            e -> assertThat(e.why()).isEqualTo(InvalidDecisionIdException.Why.FORGED));
  }

  /** Bytes and characters that were given away are the caller's, whatever the thread does next. */
  @Test
  void laterIdsDoNotWriteIntoEarlierOnes() throws GeneralSecurityException {
    Random random = new Random(9);
    DecisionId first = id(random, 1);
    String characters = ROTATION.get(1).sign(first);
    byte[] bytes = DecisionKeys.bytes(characters);
    byte[] copy = bytes.clone();

    ROTATION.get(1).sign(id(random, 1));
    ROTATION.get(2).verify(ROTATION.get(2).sign(id(random, 2)));

    assertThat(characters).isEqualTo(signedByTheJdk(first, SECOND));
    assertThat(bytes).isEqualTo(copy);
  }

  @Test
  void aRefusedIdLeavesNothingBehind() {
    DecisionKeys keys = ROTATION.get(1);
    DecisionId id = id(new Random(10), 1);
    String characters = keys.sign(id);
    for (String refused :
        List.of("", "=".repeat(64), "Ā".repeat(64), "A".repeat(64), "_".repeat(64))) {
      assertThatThrownBy(() -> keys.verify(refused)).isInstanceOf(InvalidDecisionIdException.class);

      assertThat(keys.verify(characters)).isEqualTo(id);
      assertThat(keys.sign(id)).isEqualTo(characters);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 16})
  void aKeyNumberThatNoIdCanCarryIsRefused(int number) {
    assertThatThrownBy(() -> new DecisionKeys(Map.of(number, FIRST)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 to 15");
  }

  private static String signedByTheJdk(DecisionId id, byte[] secret)
      throws GeneralSecurityException {
    byte[] bytes = new byte[DecisionId.BYTES];
    id.write(bytes);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    mac.update(bytes, 0, DecisionId.SIGNED_BYTES);
    System.arraycopy(mac.doFinal(), 0, bytes, DecisionId.SIGNED_BYTES, 12);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] secret(int seed, int bytes) {
    byte[] secret = new byte[bytes];
    new Random(seed).nextBytes(secret);
    return secret;
  }

  private static DecisionId id(Random random, int keyNo) {
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
