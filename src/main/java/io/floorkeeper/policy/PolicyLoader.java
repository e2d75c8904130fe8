package io.floorkeeper.policy;

import io.floorkeeper.platform.DatabaseReady;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/**
 * Reads the policy at start, so that routing answers at once. When the database is there, what the
 * file or preset says is published if it is new, and the version in force is followed.
 */
@ApplicationScoped
public class PolicyLoader {
  /** Before those who need a policy. */
  public static final int AT_START = 1_000;

  private final PolicySettings settings;
  private final PolicyBook book;
  private final PolicyService service;
  private final PolicyFollower follower;
  private final PolicyWatch watch;

  PolicyLoader(
      PolicySettings settings,
      PolicyBook book,
      PolicyService service,
      PolicyFollower follower,
      PolicyWatch watch) {
    this.settings = settings;
    this.book = book;
    this.service = service;
    this.follower = follower;
    this.watch = watch;
  }

  /**
   * @throws InvalidPolicyException where the document cannot be used: the service does not start
   */
  void load(@Observes @Priority(AT_START) StartupEvent event) {
    if (settings.file().isPresent()) {
      Path path = settings.file().get().toAbsolutePath().normalize();
      PolicyFiles files = look(path);
      watch.start(path, files, PolicyWatch.draft(files, path));
    } else {
      String document = PolicyPresets.document(settings.preset());
      String source = "preset " + settings.preset();
      watch.start(
          new PolicyDraft(
              PolicyReader.read(document, source),
              document,
              source,
              "preset:" + settings.preset(),
              null));
    }
    PolicyDraft read = watch.said();
    book.publish(
        new PolicyBook.Published(0, read.policy(), Numbers.NONE, read.document(), read.source()));
  }

  void publish(@Observes @Priority(DatabaseReady.Order.POLICY) DatabaseReady ready)
      throws SQLException {
    service.hear(watch.said());
    follower.start();
  }

  private static PolicyFiles look(Path path) {
    try {
      return PolicyFiles.look(path);
    } catch (IOException e) {
      throw new InvalidPolicyException(
          List.of(new Finding("floorkeeper.policy.file", path + " cannot be read: " + e)));
    }
  }
}
