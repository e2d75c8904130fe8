package io.floorkeeper.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The policy in force. Reading is one volatile read; publishing swaps, and tells the listeners on
 * the publisher's thread, in the order of versions.
 */
public final class PolicyBook {

  /**
   * A policy under the number that decisions carry.
   *
   * @param version 1 the first; rises with every publication, a rollback included
   */
  public record Published(int version, Policy policy) {
    public Published {
      Objects.requireNonNull(policy, "policy");
      if (version < 1) {
        throw new IllegalArgumentException("versions start at 1, not at " + version);
      }
    }
  }

  private final AtomicReference<Published> current;
  private final Object publishing = new Object();
  private final List<Consumer<Published>> listeners = new ArrayList<>();

  public PolicyBook(Published first) {
    this.current = new AtomicReference<>(Objects.requireNonNull(first, "first"));
  }

  /** What decides now; keep it for a whole request, the next call may answer otherwise. */
  public Published current() {
    return current.get();
  }

  /**
   * Puts a policy in force. A version that is not above the current one changes nothing: news of
   * publications may arrive twice or late.
   *
   * @throws RuntimeException that of a listener, after the policy is in force and all have been
   *     told
   */
  public void publish(Published next) {
    synchronized (publishing) {
      if (next.version() <= current.get().version()) {
        return;
      }
      current.set(next);
      RuntimeException failure = null;
      for (Consumer<Published> listener : List.copyOf(listeners)) {
        try {
          listener.accept(next);
        } catch (RuntimeException failed) {
          if (failure == null) {
            failure = failed;
          } else if (failure != failed) {
            failure.addSuppressed(failed);
          }
        }
      }
      if (failure != null) {
        throw failure;
      }
    }
  }

  /** Tells {@code listener} the current policy at once and every later one; misses none between. */
  public void onPublish(Consumer<Published> listener) {
    synchronized (publishing) {
      listeners.add(Objects.requireNonNull(listener, "listener"));
      listener.accept(current.get());
    }
  }
}
