package io.floorkeeper.policy;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** The policy in force on this replica. Reading takes no lock. */
@ApplicationScoped
public class PolicyBook {

  /**
   * A policy with its place in history.
   *
   * @param version 1 and up; 0 while the database has not numbered it yet
   * @param document as it was read
   * @param source where it was read from, for people
   * @param origin who made it, and why
   */
  public record Published(
      int version,
      Policy policy,
      Numbers numbers,
      String document,
      String source,
      PolicyOrigin origin) {

    /** Of unknown origin. */
    public Published(int version, Policy policy, Numbers numbers, String document, String source) {
      this(version, policy, numbers, document, source, PolicyOrigin.UNKNOWN);
    }
  }

  private final AtomicReference<Published> current = new AtomicReference<>();
  private final List<Consumer<Published>> readers = new CopyOnWriteArrayList<>();

  /**
   * The policy in force.
   *
   * @throws IllegalStateException before one was published
   */
  public Published current() {
    Published published = current.get();
    if (published == null) {
      throw new IllegalStateException("no policy has been published yet");
    }
    return published;
  }

  /** Puts a policy in force and tells everyone who subscribed. */
  public void publish(Published published) {
    current.set(published);
    readers.forEach(reader -> reader.accept(published));
  }

  /** {@code reader} hears of every later policy, on the thread that publishes it. */
  public void subscribe(Consumer<Published> reader) {
    readers.add(reader);
  }
}
