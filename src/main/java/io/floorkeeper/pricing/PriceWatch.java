package io.floorkeeper.pricing;

import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseReady;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Looks at the catalogue's file while the service runs, by content as {@code PolicyWatch} does, and
 * never stops anything: a file that cannot be used is told, and what was in force stays; at a start
 * that is what any replica loaded last. A catalogue is in the database before it is in force, so
 * that whatever it priced can be priced by it again.
 */
@ApplicationScoped
public class PriceWatch {
  /** Before the policy, which is priced by it. */
  private static final int AT_START = 900;

  private static final long SHORTEST_PAUSE_MILLIS = 10;
  private static final Logger LOG = Logger.getLogger(PriceWatch.class);

  private final PriceBook book;
  private final CatalogueRepository repository;
  private final Optional<Path> file;
  private final long intervalMillis;
  private final Duration settleTime;
  private final Clock clock = Clock.systemUTC();
  private byte[] seen = new byte[0];
  private byte[] pending;
  private Instant pendingSince;
  private volatile Trouble unreadable;
  private volatile Trouble invalid;
  private volatile boolean stopping;
  private Thread thread;

  PriceWatch(
      PriceBook book,
      CatalogueRepository repository,
      PriceSettings settings,
      MeterRegistry meters) {
    this.book = book;
    this.repository = repository;
    this.file = settings.file().map(path -> path.toAbsolutePath().normalize());
    this.intervalMillis = Math.max(SHORTEST_PAUSE_MILLIS, settings.watchInterval().toMillis());
    this.settleTime = settings.settleTime();
    meters.gauge("floorkeeper.prices.file.trouble", this, w -> w.trouble().isPresent() ? 1 : 0);
  }

  /**
   * Why the file is not what is in force.
   *
   * @param message what is wrong with it
   * @param since when it was seen first
   */
  public record Trouble(String message, Instant since) {}

  /** Empty: it is in force, or none is set. */
  public Optional<Trouble> trouble() {
    return Optional.ofNullable(unreadable).or(() -> Optional.ofNullable(invalid));
  }

  public Optional<Path> file() {
    return file;
  }

  /** Read at once, so that routing knows the prices before the database is there. */
  synchronized void start(@Observes @Priority(AT_START) StartupEvent event) {
    if (file.isEmpty()) {
      return;
    }
    try {
      seen = bytes(file.get());
      book.take(CatalogueReader.read(seen), clock.instant());
      LOG.infof("prices of %d models from %s", book.current().models().size(), file.get());
    } catch (IOException e) {
      unreadable = told(unreadable, "cannot be read: " + e);
    } catch (InvalidCatalogueException e) {
      invalid = told(invalid, e.getMessage());
    }
  }

  synchronized void databaseReady(
      @Observes @Priority(DatabaseReady.Order.PRICES) DatabaseReady ready) throws SQLException {
    if (file.isEmpty()) {
      return;
    }
    if (book.current() != Catalogue.NONE) {
      repository.keep(book.current().digest(), seen);
    } else {
      Optional<byte[]> latest = repository.latest();
      if (latest.isPresent()) {
        book.take(CatalogueReader.read(latest.get()), clock.instant());
        LOG.warnf("prices are those that were loaded last, not those of %s", file.get());
      }
    }
    if (thread == null) {
      thread = new Thread(this::watch, "price-watch");
      thread.setDaemon(true);
      thread.start();
    }
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    stopping = true;
    if (thread != null) {
      thread.interrupt();
      thread.join(intervalMillis + 1_000);
    }
  }

  private void watch() {
    while (!stopping) {
      try {
        Thread.sleep(intervalMillis);
        look();
        book.tick();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) { // or the thread would end unseen
        unreadable = told(unreadable, "cannot be looked at: " + Causes.briefly(e));
      }
    }
  }

  private synchronized void look() {
    try {
      byte[] content = bytes(file.get());
      unreadable = null;
      if (Arrays.equals(content, seen)) {
        pending = null;
      } else if (!Arrays.equals(content, pending)) {
        pending = content;
        pendingSince = clock.instant();
      } else if (!clock.instant().isBefore(pendingSince.plus(settleTime))) {
        take(content);
      }
    } catch (IOException e) {
      pending = null; // what is away has not been the same
      unreadable = told(unreadable, "cannot be read: " + e);
    }
  }

  private void take(byte[] content) {
    try {
      Catalogue catalogue = CatalogueReader.read(content);
      repository.keep(catalogue.digest(), content);
      book.take(catalogue, clock.instant());
      LOG.infof("prices of %d models from %s", catalogue.models().size(), file.get());
      invalid = null;
    } catch (InvalidCatalogueException e) {
      invalid = told(invalid, e.getMessage());
    } catch (SQLException e) { // it is in force nowhere before it is recorded: at the next look
      invalid = told(invalid, "is not recorded yet, the database is away: " + Causes.briefly(e));
      return;
    }
    seen = content;
    pending = null;
  }

  /** Each trouble is told once. */
  private Trouble told(Trouble before, String message) {
    if (before != null && before.message().equals(message)) {
      return before;
    }
    LOG.errorf("the prices stay as they are, %s: %s", file.get(), message);
    return new Trouble(message, clock.instant());
  }

  /** Looks before it reads: a pipe would block for ever, and a device has no end. */
  private static byte[] bytes(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("is no regular file, or is not there");
    }
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] content = stream.readNBytes(CatalogueReader.MOST_BYTES + 1);
      if (content.length > CatalogueReader.MOST_BYTES) {
        throw new IOException("is larger than " + (CatalogueReader.MOST_BYTES >> 20) + " MiB");
      }
      return content;
    }
  }
}
