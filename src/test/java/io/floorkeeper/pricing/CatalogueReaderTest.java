package io.floorkeeper.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A price that is misread is worse than none: whatever is odd refuses the file, and says where. */
class CatalogueReaderTest {

  @Test
  void equalFilesAreEqualCatalogues() {
    assertThat(Fixture.catalogue().digest())
        .isEqualTo(Fixture.catalogue().digest())
        .hasSize(64)
        .isNotEqualTo(Fixture.read(Fixture.text() + " ").digest());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'\"id\": \"anvil-2\"' | '\"id\": \"Anvil-1\"'       | acme/Anvil-1: this model stands there twice",
        "'\"id\": \"resale\"' | '\"id\": \"acme\"'           | acme: this provider stands there twice",
        "'[\"acme\"]' | '[\"acne\"]'          | resale.fallback_model_providers: no provider is 'acne'",
        "'\"output_mtok\": 8' | '\"output_mtok\": -8'          | resale/thinker: output_mtok: a price between 0",
        "'\"output_mtok\": 8' | '\"output_mtok\": \"8\"'       | resale/thinker: output_mtok: a price between 0",
        "'\"output_mtok\": 8' | '\"output_mtok\": 1e999999999' | resale/thinker: output_mtok: a price between 0",
        "'\"output_mtok\": 8' | '\"output_mtok\": {\"base\": 8}' | output_mtok: a number, or base and tiers",
        "'\"start\": 200000' | '\"start\": 1e999999999'       | a tier has a start of 0 tokens or more",
        "'\"start_date\": \"2026-09-01\"' | '\"start_date\": \"soon\"' | constraint: is no date",
        "'\"start_date\": \"2026-09-01\"' | '\"weekday\": \"mon\"'     | constraint: start_date, or start_time",
        "'\"contains\": \"thinker\"' | '\"sounds_like\": \"thinker\"'  | does not know the clause 'sounds_like'",
        "'\"contains\": \"thinker\"' | '\"contains\": \"\"'           | a text that is not empty is expected",
        "'\"regex\": \"^anvil-2' | '\"regex\": \"(^anvil-2'           | is no regular expression",
        "'\"name\": \"Acme\"' | '\"nom\": \"Acme\"'           | acme: this version does not know the key 'nom'",
        "'\"name\": \"Acme\"' | '\"id\": \"acme\"'            | is no JSON that can be read: Duplicate field 'id'",
      })
  void whatIsOddIsToldWithItsPlace(String good, String bad, String finding) {
    // Given
    String file = Fixture.text().replace(good, bad);
    assertThat(file).isNotEqualTo(Fixture.text());
    // When
    InvalidCatalogueException refused =
        catchThrowableOfType(InvalidCatalogueException.class, () -> Fixture.read(file));
    // Then
    assertThat(String.join("; ", refused.findings())).contains(finding);
  }

  @Test
  void depthIsBounded() {
    String deep = "[".repeat(10_000) + "]".repeat(10_000);

    assertThatThrownBy(() -> Fixture.read(deep)).isInstanceOf(InvalidCatalogueException.class);
  }

  @Test
  void findingsAreBounded() {
    String file = "[" + "{},".repeat(5_000) + "{}]";

    InvalidCatalogueException refused =
        catchThrowableOfType(InvalidCatalogueException.class, () -> Fixture.read(file));

    assertThat(refused.findings()).hasSize(CatalogueReader.MOST_FINDINGS);
  }

  /** 20,000 files with a byte or three changed, seed 17: read, or refused as a catalogue. */
  @Test
  void nothingElseIsThrownWhateverTheBytes() {
    Random random = new Random(17);
    byte[] good = Fixture.text().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 20_000; i++) {
      byte[] file = good.clone();
      for (int change = 0; change <= random.nextInt(3); change++) {
        file[random.nextInt(file.length)] = (byte) (32 + random.nextInt(95));
      }
      try {
        CatalogueReader.read(file);
      } catch (InvalidCatalogueException refused) {
        assertThat(refused.findings()).isNotEmpty();
      }
    }
  }
}
