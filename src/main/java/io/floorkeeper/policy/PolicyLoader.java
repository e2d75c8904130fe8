package io.floorkeeper.policy;

import io.floorkeeper.platform.DatabaseReady;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Reads the policy at start, so that routing answers at once, and publishes it as a version when
 * the database is there.
 */
@ApplicationScoped
public class PolicyLoader {
  private static final Logger LOG = Logger.getLogger(PolicyLoader.class);

  /** Before those who need a policy. */
  public static final int AT_START = 1_000;

  private final PolicySettings settings;
  private final PolicyBook book;
  private final PolicyRepository repository;
  private PolicyBook.Published read;

  PolicyLoader(PolicySettings settings, PolicyBook book, PolicyRepository repository) {
    this.settings = settings;
    this.book = book;
    this.repository = repository;
  }

  /**
   * @throws InvalidPolicyException where the document cannot be used: the service does not start
   */
  void load(@Observes @Priority(AT_START) StartupEvent event) {
    if (settings.file().isPresent()) {
      Path file = settings.file().get();
      String document = content(file);
      read =
          new PolicyBook.Published(
              0,
              PolicyReader.read(document, file.toString()),
              Numbers.NONE,
              document,
              file.toString());
    } else {
      String document = PolicyPresets.document(settings.preset());
      String source = "preset " + settings.preset();
      read =
          new PolicyBook.Published(
              0, PolicyReader.read(document, source), Numbers.NONE, document, source);
    }
    book.publish(read);
  }

  void publish(@Observes @Priority(DatabaseReady.Order.POLICY) DatabaseReady ready) {
    PolicyBook.Published published =
        repository.publish(read.policy(), read.document(), read.source());
    LOG.infof(
        "policy version %d from %s: %d roles",
        published.version(), published.source(), published.policy().roles().size());
    book.publish(published);
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new InvalidPolicyException(
          List.of(
              new Finding(
                  "floorkeeper.policy.file", "the file " + file + " cannot be read: " + e)));
    }
  }
}
