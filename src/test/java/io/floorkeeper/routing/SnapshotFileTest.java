package io.floorkeeper.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.bandit.BlockEvidence;
import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.platform.ServiceSettings;
import io.floorkeeper.policy.KillSwitch;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.posterior.RoleEvidence;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a restart finds on disk. Closing writes at once what waits, so no test has to. */
class SnapshotFileTest {
  @TempDir Path temporary;
  private Path folder;
  private Path path;

  @BeforeEach
  void nameTheFile() {
    folder = temporary.resolve("data");
    path = folder.resolve("snapshot.json");
  }

  @Test
  void whatIsKeptIsReadAgain() {
    // Given
    StoredSnapshot kept = snapshot(7);
    // When
    write(kept);
    StoredSnapshot read = open().read().orElseThrow();
    // Then
    assertThat(read.published()).isEqualTo(kept.published());
    assertThat(read.posteriors()).isEqualTo(kept.posteriors());
    assertThat(read.killSwitch()).isEqualTo(kept.killSwitch());
    assertThat(read.keys().sameAs(kept.keys())).isTrue();
    assertThat(read.keys().signingKeyNo()).isEqualTo(4);
  }

  @Test
  void aSnapshotFromBeforeThereWasAKillSwitchIsRead() throws Exception {
    // Given
    write(snapshot(7));
    String[] file = Files.readString(path).split("\n", 2);
    String old = file[1].replaceFirst("\"kill_switch\":\\{[^}]*},", "");
    assertThat(old).doesNotContain("kill_switch");
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(old.getBytes(UTF_8));
    Files.writeString(
        path, file[0].split(" ")[0] + " " + HexFormat.of().formatHex(digest) + "\n" + old);
    // When
    StoredSnapshot read = open().read().orElseThrow();
    // Then
    assertThat(read.killSwitch()).isEqualTo(KillSwitch.NEVER);
    assertThat(read.published().version()).isEqualTo(7);
  }

  @Test
  void sumsBeyondSixtyFourBitsAreReadToTheLastUnit() {
    // Given
    BigInteger dollars2 =
        new BigInteger("1234567890123456789012345678901234567890123456789012345678");
    StoredSnapshot kept = snapshot(7, dollars2);
    // When
    write(kept);
    Evidence read =
        open().read().orElseThrow().posteriors().role(11).arms().get(0).blocks().get(0).sums();
    // Then
    assertThat(read.sumNanoUsd2()).isEqualTo(dollars2);
    assertThat(read.inputTokens()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whatWasReadAnswersAsBefore() {
    // Given
    StoredSnapshot kept = snapshot(7);
    write(kept);
    // When
    StoredSnapshot read = open().read().orElseThrow();
    // Then
    assertThat(propensities(read)).containsExactly(propensities(kept));
  }

  @Test
  void nobodyButItsOwnerMayReadIt() throws IOException {
    // When
    write(snapshot(7));
    // Then: it holds the keys of the decision ids
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    assertThat(files()).containsExactly("snapshot.json");
  }

  @Test
  void ofSeveralTheLastIsKeptOnClosing() {
    // Given
    SnapshotFile file = open();
    // When
    for (int version = 1; version <= 5; version++) {
      file.keep(snapshot(version));
    }
    file.close();
    // Then
    assertThat(open().read().orElseThrow().published().version()).isEqualTo(5);
  }

  @Test
  void aLaterOneReplacesTheEarlier() throws IOException {
    // When
    write(snapshot(1));
    write(snapshot(2));
    // Then
    assertThat(open().read().orElseThrow().published().version()).isEqualTo(2);
    assertThat(files()).containsExactly("snapshot.json");
  }

  @Test
  void withoutAFileThereIsNoSnapshot() {
    assertThat(open().read()).isEmpty();
    assertThat(folder).doesNotExist();
  }

  @Test
  void closingWithoutAnythingToKeepWritesNothing() {
    // When
    open().close();
    // Then
    assertThat(folder).doesNotExist();
  }

  /** Property, seed 17: 300 places, head and body. */
  @Test
  void aFlippedBitAnywhereIsNoticed() throws IOException {
    // Given
    write(snapshot(7));
    byte[] whole = Files.readAllBytes(path);
    Random random = new Random(17);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      int at = i < 100 ? i : random.nextInt(whole.length);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      // When
      Files.write(path, damaged);
      // Then
      assertThat(open().read()).as("byte %d", at).isEmpty();
      assertSetAside(damaged);
    }
  }

  @Test
  void aTruncatedFileIsNoticed() throws IOException {
    // Given
    write(snapshot(7));
    byte[] whole = Files.readAllBytes(path);
    int head = new String(whole, StandardCharsets.US_ASCII).indexOf('\n');
    for (int length : new int[] {0, 1, head, head + 1, whole.length / 2, whole.length - 1}) {
      byte[] truncated = Arrays.copyOf(whole, length);
      // When
      Files.write(path, truncated);
      // Then
      assertThat(open().read()).as("%d bytes", length).isEmpty();
      assertSetAside(truncated);
    }
  }

  /** The checksum fits, what stands behind it does not: another version wrote it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"policy_version\": 1}",
        "{\"something\": \"new\"}",
        "{\"policy_version\": 1, \"policy_source\": \"x\", \"policy_document\": \"tiers: []\","
            + " \"numbers\": {\"roles\": {}, \"arms\": {}}, \"keys\": {}, \"posteriors\":"
            + " {\"roles\": {}, \"readAtMillis\": 0}}"
      })
  void aSoundFileWithAnotherContentIsSetAsideToo(String body) throws Exception {
    // Given
    byte[] digest =
        java.security.MessageDigest.getInstance("SHA-256")
            .digest(body.getBytes(StandardCharsets.UTF_8));
    String whole =
        "floorkeeper-snapshot-1 " + java.util.HexFormat.of().formatHex(digest) + "\n" + body;
    Files.createDirectories(folder);
    Files.writeString(path, whole);
    // Then
    assertThat(open().read()).isEmpty();
    assertSetAside(whole.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void afterADamagedOneTheNextIsKeptInItsPlace() throws IOException {
    // Given
    Files.createDirectories(folder);
    Files.writeString(path, "not a snapshot");
    SnapshotFile file = open();
    assertThat(file.read()).isEmpty();
    // When
    file.keep(snapshot(3));
    file.close();
    // Then
    assertThat(open().read().orElseThrow().published().version()).isEqualTo(3);
    assertThat(files()).containsExactlyInAnyOrder("snapshot.json", "snapshot.json.unreadable");
  }

  @Test
  void aFolderThatCannotBeWrittenStopsNothing() throws IOException {
    // Given: a file stands where the folder should be
    Files.writeString(folder, "in the way");
    SnapshotFile file = open();
    // When
    file.keep(snapshot(7));
    file.close();
    // Then
    assertThat(folder).hasContent("in the way");
    assertThat(open().read()).isEmpty();
  }

  // ---

  private void assertSetAside(byte[] content) throws IOException {
    assertThat(path).doesNotExist();
    assertThat(folder.resolve("snapshot.json.unreadable")).hasBinaryContent(content);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private void write(StoredSnapshot snapshot) {
    SnapshotFile file = open();
    file.keep(snapshot);
    file.close();
  }

  private SnapshotFile open() {
    ServiceSettings settings =
        new SmallRyeConfigBuilder()
            .withMapping(ServiceSettings.class)
            .withSources(
                new PropertiesConfigSource(
                    Map.of("floorkeeper.data-folder", folder.toString()), "test", 100))
            .build()
            .getConfigMapping(ServiceSettings.class);
    return new SnapshotFile(settings);
  }

  private static StoredSnapshot snapshot(int version) {
    return snapshot(version, new BigInteger("98765432109876543210"));
  }

  private static StoredSnapshot snapshot(int version, BigInteger sumNanoUsd2) {
    PolicyBook.Published policy = Snapshots.worker("{}");
    PolicyBook.Published published =
        new PolicyBook.Published(
            version, policy.policy(), policy.numbers(), policy.document(), policy.source());
    Evidence sums =
        new Evidence(
            40,
            40,
            BigInteger.valueOf(40_000_000),
            BigInteger.valueOf(40_000_000_000_000L),
            BigInteger.valueOf(35_000_000_000_000L),
            Long.MAX_VALUE,
            2,
            3,
            4,
            5,
            6,
            7,
            new BigInteger("123456789012345678901234567890"),
            sumNanoUsd2,
            8,
            9,
            10);
    RoleEvidence evidence =
        new RoleEvidence(
            11,
            500,
            41,
            5,
            List.of(
                new ArmEvidence(
                    0,
                    Snapshots.SMALL,
                    List.of(
                        new BlockEvidence(4, 0, 1, sums),
                        new BlockEvidence(5, 400, 0, Evidence.ZERO)),
                    Map.of(70, 3L, 71, 5L))));
    DecisionKeys keys = Snapshots.keys(3, 4);
    return new StoredSnapshot(
        published,
        keys,
        new PosteriorSnapshot(Map.of(11, evidence), Snapshots.NOW),
        new KillSwitch(3, true, "costs explode", "ann", Snapshots.NOW, false));
  }

  private static double[] propensities(StoredSnapshot stored) {
    return new AllocationBuilder((role, why) -> {})
        .build(
            AllocationSnapshot.Source.DISK,
            stored.published(),
            stored.posteriors(),
            stored.keys(),
            Map.of(),
            null)
        .routes("worker")
        .allocation(0b111)
        .solution()
        .propensities();
  }
}
