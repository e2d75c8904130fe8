package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever the text, the answer is a policy or an {@link InvalidPolicyException}. Seeds are fixed.
 */
class PolicyFuzzTest {
  private static final String PRESET = PolicyPresets.document(PolicyPresets.DEFAULT);
  private final MiniSchema schema = MiniSchema.ofPolicy();
  private int accepted;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomBytes(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 1_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      reads((i % 2 == 0 ? "{" : "") + new String(bytes, StandardCharsets.ISO_8859_1), seed);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void truncations(long seed) throws Exception {
    Random random = new Random(seed);
    String json = PolicySchemaTest.asJson(PRESET).toString();
    for (int i = 0; i < 150; i++) {
      reads(PRESET.substring(0, random.nextInt(PRESET.length())), seed);
      reads(json.substring(0, random.nextInt(json.length())), seed);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 8, 9})
  void mutations(long seed) throws Exception {
    Random random = new Random(seed);
    String json = PolicySchemaTest.asJson(PRESET).toString();
    for (int i = 0; i < 300; i++) {
      reads(Mutations.of(PRESET, random), seed);
      reads(Mutations.of(json, random), seed);
    }
    assertThat(accepted).as("mutations that are policies still, of seed %s", seed).isPositive();
  }

  /** And what the reader accepts, the published schema accepts. */
  private void reads(String document, long seed) {
    try {
      Policy policy = PolicyReader.read(document, "fuzz.yaml");
      assertThat(policy.digest()).matches("[0-9a-f]{64}");
      assertThat(schema.faults(PolicySchemaTest.asJson(document))).isEmpty();
      accepted++;
    } catch (InvalidPolicyException refused) {
      assertThat(refused.findings()).isNotEmpty();
    } catch (Exception other) {
      fail("seed " + seed + " with\n" + document, other);
    }
  }
}
