package io.floorkeeper.routing;

import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.ServiceSettings;
import io.floorkeeper.policy.KillSwitch;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.PolicyReader;
import io.floorkeeper.posterior.PosteriorSnapshot;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * The last snapshot on disk: one JSON file behind a line with its format and checksum, replaced
 * atomically, readable by its owner only (it holds the keys of the decision ids).
 *
 * <p>A file that cannot be believed is set aside, never served, and never stops the service.
 */
@ApplicationScoped
class SnapshotFile {
  private static final Logger LOG = Logger.getLogger(SnapshotFile.class);
  private static final String FORMAT = "floorkeeper-snapshot-2";

  /** A busy service writes once a second, no more. */
  private static final long PAUSE_MILLIS = 1_000;

  private final Path path;
  private final ObjectMapper json;
  private final AtomicReference<StoredSnapshot> pending = new AtomicReference<>();
  private final ScheduledThreadPoolExecutor writer =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread thread = new Thread(task, "snapshot-file");
            thread.setDaemon(true);
            return thread;
          });

  SnapshotFile(ServiceSettings settings) {
    this.path = settings.dataFolder().resolve("snapshot.json");
    // Components of records only: what they can compute from them is not stored.
    this.json = JsonMapper.builder().disable(MapperFeature.AUTO_DETECT_IS_GETTERS).build();
  }

  /** Takes the snapshot to be written soon; of several in a row the last is. */
  void keep(StoredSnapshot snapshot) {
    if (pending.getAndSet(snapshot) == null && !writer.isShutdown()) {
      writer.schedule(() -> write(pending.getAndSet(null)), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Writes what is still pending and ends. */
  void close() {
    writer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    writer.shutdown();
    try {
      if (!writer.awaitTermination(5, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    StoredSnapshot last = pending.getAndSet(null);
    if (last != null) {
      write(last);
    }
  }

  private void write(StoredSnapshot snapshot) {
    try {
      PolicyBook.Published published = snapshot.published();
      ObjectNode body = json.createObjectNode();
      body.put("policy_version", published.version());
      body.put("policy_source", published.source());
      body.put("policy_document", published.document());
      body.set("numbers", json.valueToTree(published.numbers()));
      body.set("keys", json.valueToTree(snapshot.keys().secrets()));
      body.set("kill_switch", json.valueToTree(snapshot.killSwitch()));
      body.set("posteriors", json.valueToTree(snapshot.posteriors()));
      byte[] bytes = json.writeValueAsBytes(body);
      String head = FORMAT + " " + checksum(bytes) + "\n";
      Files.createDirectories(path.toAbsolutePath().getParent());
      // A name of its own: replicas that share a folder must not write into one another's file.
      Path fresh =
          Files.createTempFile(
              path.toAbsolutePath().getParent(),
              path.getFileName().toString(),
              ".new",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try {
        Files.write(fresh, head.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        Files.write(fresh, bytes, StandardOpenOption.APPEND);
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
        Files.move(
            fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(fresh); // gone already where all went well
      }
    } catch (IOException | UnsupportedOperationException e) {
      LOG.warnf("the snapshot was not written to %s: %s", path, Causes.briefly(e));
    }
  }

  /** The snapshot that an earlier run left; empty where there is none to be believed. */
  Optional<StoredSnapshot> read() {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try {
      byte[] all = Files.readAllBytes(path);
      int end = 0;
      while (end < all.length && all[end] != '\n') {
        end++;
      }
      String head = new String(all, 0, end, java.nio.charset.StandardCharsets.US_ASCII);
      byte[] bytes = java.util.Arrays.copyOfRange(all, Math.min(end + 1, all.length), all.length);
      if (!head.equals(FORMAT + " " + checksum(bytes))) {
        throw new IOException("its checksum or format does not fit");
      }
      return Optional.of(parse(json.readValue(bytes, Body.class)));
    } catch (IOException | RuntimeException e) { // whatever another version wrote
      Path aside = path.resolveSibling(path.getFileName() + ".unreadable");
      LOG.warnf(
          "the snapshot %s is not used and set aside as %s: %s",
          path, aside.getFileName(), Causes.briefly(e));
      try {
        Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException moveFailed) {
        LOG.warnf("it could not be set aside: %s", Causes.briefly(moveFailed));
      }
      return Optional.empty();
    }
  }

  private record Body(
      @com.fasterxml.jackson.annotation.JsonProperty("policy_version") int policyVersion,
      @com.fasterxml.jackson.annotation.JsonProperty("policy_source") String policySource,
      @com.fasterxml.jackson.annotation.JsonProperty("policy_document") String policyDocument,
      Numbers numbers,
      Map<Integer, byte[]> keys,
      @com.fasterxml.jackson.annotation.JsonProperty("kill_switch") KillSwitch killSwitch,
      PosteriorSnapshot posteriors) {}

  private static StoredSnapshot parse(Body body) {
    return new StoredSnapshot(
        new PolicyBook.Published(
            body.policyVersion,
            PolicyReader.read(body.policyDocument, body.policySource),
            body.numbers,
            body.policyDocument,
            body.policySource),
        new DecisionKeys(body.keys),
        body.posteriors,
        body.killSwitch == null ? KillSwitch.NEVER : body.killSwitch); // from before there was one
  }

  private static String checksum(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
