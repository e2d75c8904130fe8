package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file, or a folder whose files are one policy. */
class PolicyFilesTest {
  private static final String TIERS =
      "tiers: [{name: small, models: [{name: tiny, provider: acme}]},"
          + " {name: big, models: [{name: grand, provider: acme}]}]\n";
  private static final String DEFAULTS = "defaults: {strategy: fixed, preset: big}\n";

  @TempDir Path folder;

  @Test
  void filesOfAFolderAreOnePolicy() throws IOException {
    write("10-tiers.yaml", TIERS + DEFAULTS);
    write(
        "20-worker.yml",
        "roles: {worker: {preset: small}}\npins: [{name: a, match: {role: worker}, models: [tiny]}]\n");
    write(
        "30-critic.json",
        "{\"roles\": {\"critic\": {}}, \"pins\": [{\"name\": \"b\", \"match\": {\"data_class\": \"phi\"}, \"models\": [\"grand\"]}]}");
    write(".hidden.yaml", "not: read");
    write("notes.txt", "not read");

    PolicyFiles files = PolicyFiles.look(folder);

    Policy policy = files.policy();
    assertThat(policy.roles().keySet()).containsExactly("worker", "critic");
    assertThat(policy.pins()).extracting(Pin::name).containsExactly("a", "b");
    assertThat(files.document())
        .startsWith("# One policy of 10-tiers.yaml, 20-worker.yml, 30-critic.json\n");
    assertThat(PolicyReader.read(files.document(), "recorded").digest()).isEqualTo(policy.digest());
    assertThat(policy.digest())
        .as("what the files say is the same as in one file")
        .isEqualTo(
            PolicyReader.read(
                    TIERS
                        + DEFAULTS
                        + "roles: {worker: {preset: small}, critic: {}}\n"
                        + "pins: [{name: a, match: {role: worker}, models: [tiny]}, {name: b, match: {data_class: phi}, models: [grand]}]\n",
                    "one")
                .digest());
  }

  @Test
  void findingsNameTheFileAndThePlaceInIt() throws IOException {
    write(
        "a.yaml",
        TIERS
            + DEFAULTS
            + "roles: {worker: {preset: smal}}\npins: [{name: a, match: {role: worker}, models: [tiny]}]\n");
    write(
        "b.yaml",
        "roles: {critic: {floor: {quality: 7}}}\npins: [{name: b, match: {role: critic}, models: [gigantic]}]\n");

    InvalidPolicyException invalid =
        catchThrowableOfType(InvalidPolicyException.class, () -> PolicyFiles.look(folder).policy());

    assertThat(invalid.findings())
        .extracting(Finding::path)
        .contains("a.yaml: roles.worker.preset", "b.yaml: roles.critic.floor.quality")
        .anyMatch(path -> path.startsWith("b.yaml: pins[0].models"));
  }

  @Test
  void whatTwoFilesSayOfOneThingIsRefused() throws IOException {
    write("a.yaml", TIERS + DEFAULTS + "roles: {worker: {}}\n");
    write("b.yaml", DEFAULTS + "roles: {worker: {}, critic: {}}\nprecedence: [broken\n");
    write("c.yaml", DEFAULTS + "roles: {worker: {}}\n");

    InvalidPolicyException invalid =
        catchThrowableOfType(InvalidPolicyException.class, () -> PolicyFiles.look(folder).policy());

    assertThat(invalid.findings())
        .extracting(Finding::path)
        .contains("b.yaml", "c.yaml: defaults", "c.yaml: roles.worker");
    assertThat(invalid.getMessage()).contains("stands in a.yaml already");
  }

  @Test
  void anyByteAndAnyNameChangesTheDigest() throws IOException {
    write("a.yaml", TIERS);
    String before = PolicyFiles.look(folder).digest();
    assertThat(PolicyFiles.look(folder).digest()).isEqualTo(before);
    write("b.yaml", "");
    assertThat(PolicyFiles.look(folder).digest()).isNotEqualTo(before);
    Files.delete(folder.resolve("b.yaml"));
    assertThat(PolicyFiles.look(folder).digest()).isEqualTo(before);
    Files.move(folder.resolve("a.yaml"), folder.resolve("c.yaml"));
    assertThat(PolicyFiles.look(folder).digest()).isNotEqualTo(before);
  }

  @Test
  void aMountedConfigMapIsReadThroughItsLinks() throws IOException {
    Path first = Files.createDirectory(folder.resolve("..2026_1"));
    Files.writeString(first.resolve("policy.yaml"), TIERS + DEFAULTS + "roles: {worker: {}}\n");
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_1"));
    Files.createSymbolicLink(folder.resolve("policy.yaml"), Path.of("..data/policy.yaml"));

    assertThat(PolicyFiles.look(folder).policy().roles()).containsOnlyKeys("worker");
  }

  @Test
  void emptyFoldersAndOddBytesAreTold() throws IOException {
    Assertions.assertThatThrownBy(() -> PolicyFiles.look(folder).policy())
        .isInstanceOf(InvalidPolicyException.class)
        .hasMessageContaining("has no *.yaml");
    Files.write(folder.resolve("a.yaml"), new byte[] {(byte) 0xC3, 0x28});
    Assertions.assertThatThrownBy(() -> PolicyFiles.look(folder).policy())
        .isInstanceOf(InvalidPolicyException.class)
        .hasMessageContaining("a.yaml: is not text in UTF-8");
    Assertions.assertThatThrownBy(() -> PolicyFiles.look(folder.resolve("absent.yaml")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  @Timeout(10)
  void whatIsNoFileIsNotRead() throws Exception {
    Path pipe = folder.resolve("pipe.yaml");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    for (Path odd : List.of(pipe, Path.of("/dev/zero"))) {
      Assertions.assertThatThrownBy(() -> PolicyFiles.look(odd))
          .isInstanceOf(IOException.class)
          .hasMessage(odd + " is no regular file");
    }
    Assertions.assertThatThrownBy(() -> PolicyFiles.look(folder).policy())
        .as("nor in a folder")
        .hasMessageContaining("has no *.yaml");
  }

  @Test
  void whatIsTooLargeIsReadNoFurtherThanThat() throws IOException {
    Path huge = folder.resolve("a.yaml");
    try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.setLength(8L << 30); // sparse
    }
    for (Path path : List.of(huge, folder)) {
      Assertions.assertThatThrownBy(() -> PolicyFiles.look(path))
          .isInstanceOf(IOException.class)
          .hasMessage(huge + " is larger than 1 MiB");
    }
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
