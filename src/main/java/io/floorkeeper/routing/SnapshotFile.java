package io.floorkeeper.routing;

import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.OwnerFile;
import io.floorkeeper.platform.ServiceSettings;
import io.floorkeeper.policy.KillSwitch;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.PolicyReader;
import io.floorkeeper.posterior.PosteriorSnapshot;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * The last snapshot on disk, as JSON, readable by its owner only: it holds the keys of the decision
 * ids. A file that cannot be believed is never served, and never stops the service.
 */
@ApplicationScoped
class SnapshotFile {
  private static final Logger LOG = Logger.getLogger(SnapshotFile.class);
  private static final String FORMAT = "floorkeeper-snapshot-2";

  /** A busy service writes once a second, no more. */
  private static final long PAUSE_MILLIS = 1_000;

  private final OwnerFile file;
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
    this.file = new OwnerFile(settings.dataFolder().resolve("snapshot.json"), FORMAT);
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
      body.putPOJO("posteriors", snapshot.posteriors()); // large: no tree of it
      file.write(json.writeValueAsBytes(body));
    } catch (IOException | UnsupportedOperationException e) {
      LOG.warnf("the snapshot was not written: %s", Causes.briefly(e));
    }
  }

  /** The snapshot that an earlier run left; empty where there is none to be believed. */
  Optional<StoredSnapshot> read() {
    return file.read(bytes -> parse(json.readValue(bytes, Body.class)));
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
}
