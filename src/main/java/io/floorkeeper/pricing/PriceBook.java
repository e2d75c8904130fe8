package io.floorkeeper.pricing;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The catalogue in force on this replica, and those that ever were in force anywhere. Reading the
 * former takes no lock.
 */
@ApplicationScoped
public class PriceBook {
  private final CatalogueRepository repository;
  private final List<Runnable> readers = new CopyOnWriteArrayList<>();
  private final Map<String, Catalogue> former = new ConcurrentHashMap<>();
  private volatile Loaded loaded = new Loaded(Catalogue.NONE, null);

  PriceBook(CatalogueRepository repository) {
    this.repository = repository;
  }

  /**
   * A catalogue.
   *
   * @param at when this replica took it; null: it never took one
   */
  public record Loaded(Catalogue catalogue, Instant at) {}

  /** The catalogue in force; {@link Catalogue#NONE} where no file is set. */
  public Catalogue current() {
    return loaded.catalogue();
  }

  public Loaded loaded() {
    return loaded;
  }

  /**
   * The catalogue of that digest, whoever loaded it and when: what was priced by it is priced by it
   * again.
   *
   * @return empty: it was never in force on any replica of this database
   * @throws SQLException where the database is out of reach
   */
  public Optional<Catalogue> of(String digest) throws SQLException {
    if (digest.equals(Catalogue.NONE.digest())) {
      return Optional.of(Catalogue.NONE);
    }
    if (digest.equals(current().digest())) {
      return Optional.of(current());
    }
    Catalogue known = former.get(digest);
    if (known == null) {
      Optional<byte[]> content = repository.content(digest);
      if (content.isEmpty()) {
        return Optional.empty();
      }
      known = CatalogueReader.read(content.get());
      former.put(digest, known);
    }
    return Optional.of(known);
  }

  /** {@code reader} is told whenever prices may be others than before: a file, or a date. */
  public void subscribe(Runnable reader) {
    readers.add(reader);
  }

  void take(Catalogue catalogue, Instant at) {
    loaded = new Loaded(catalogue, at);
    tick();
  }

  /** Time has passed, and prices have dates. */
  void tick() {
    readers.forEach(Runnable::run);
  }
}
