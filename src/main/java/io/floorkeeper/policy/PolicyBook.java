package io.floorkeeper.policy;

import io.floorkeeper.pricing.PriceBook;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The policy in force on this replica, its models at today's prices. Reading takes no lock.
 *
 * <p>Prices change under a policy that does not: a date comes, or a new price file. Everyone who
 * subscribed then hears of the same version again, at other prices.
 */
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
  private final PriceBook prices;
  private final Clock clock = Clock.systemUTC();

  PolicyBook(PriceBook prices) {
    this.prices = prices;
    prices.subscribe(this::reprice);
  }

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
  public synchronized void publish(Published published) {
    Published priced = priced(published);
    current.set(priced);
    readers.forEach(reader -> reader.accept(priced));
  }

  private synchronized void reprice() {
    Published published = current.get();
    if (published != null) {
      Published priced = priced(published);
      if (priced != published) {
        publish(priced);
      }
    }
  }

  /** The same where no model's price is another. */
  private Published priced(Published published) {
    Policy priced = new Tariff(prices.current()).priced(published.policy(), clock.instant());
    return priced == published.policy()
        ? published
        : new Published(
            published.version(),
            priced,
            published.numbers(),
            published.document(),
            published.source(),
            published.origin());
  }

  /** {@code reader} hears of every later policy, on the thread that publishes it. */
  public void subscribe(Consumer<Published> reader) {
    readers.add(reader);
  }
}
