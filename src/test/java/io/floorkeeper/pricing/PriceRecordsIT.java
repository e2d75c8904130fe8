package io.floorkeeper.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.floorkeeper.ledger.DivergenceRepository;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the database keeps of prices: every catalogue, and what spans reported beside them. */
class PriceRecordsIT {
  @TempDir static Path folder;
  private static EmbeddedPlatform platform;
  private static AgroalDataSource database;

  @BeforeAll
  static void start() throws SQLException {
    platform =
        EmbeddedPlatform.start(folder.resolve("data"), EmbeddedPlatform.Options.onFreePorts());
    EmbeddedDatabase embedded = platform.database().orElseThrow();
    Flyway.configure()
        .dataSource(embedded.jdbcUrl(), embedded.username(), embedded.password())
        .load()
        .migrate();
    database =
        AgroalDataSource.from(
            new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(
                    pool ->
                        pool.maxSize(2)
                            .connectionFactoryConfiguration(
                                connection ->
                                    connection
                                        .jdbcUrl(embedded.jdbcUrl())
                                        .principal(new NamePrincipal(embedded.username()))
                                        .credential(new SimplePassword(embedded.password())))));
  }

  @AfterAll
  static void stop() {
    database.close();
    platform.close();
  }

  /** A rebuild asks by the digest that was recorded with what it priced. */
  @Test
  void whatWasEverInForceIsFoundByItsDigestAndPricesAsItDid() throws SQLException {
    // Given
    CatalogueRepository repository = new CatalogueRepository(database);
    String then = Fixture.text();
    String now = then.replace("\"output_mtok\": 5", "\"output_mtok\": 50");
    for (String text : List.of(then, now, then, now)) { // loaded again and again, by replicas
      repository.keep(Fixture.read(text).digest(), text.getBytes(StandardCharsets.UTF_8));
    }
    // When
    PriceBook book = new PriceBook(repository);
    book.take(Fixture.read(now), Instant.now());
    Catalogue former = book.of(Fixture.read(then).digest()).orElseThrow();
    // Then
    assertThat(output(former)).isEqualByComparingTo("5");
    assertThat(output(book.current())).isEqualByComparingTo("50");
    assertThat(book.of(book.current().digest())).containsSame(book.current());
    assertThat(book.of("none")).contains(Catalogue.NONE);
    assertThat(book.of("0".repeat(64))).isEmpty();
    assertThat(repository.latest())
        .map(CatalogueReader::read)
        .map(Catalogue::digest)
        .contains(book.current().digest());
  }

  @Test
  void reportedDollarsAddUpExactlyAndTheFarthestStandsFirst() throws SQLException {
    // Given
    DivergenceRepository repository = new DivergenceRepository();
    DivergenceRepository.Key near = new DivergenceRepository.Key("acme", "anvil-1");
    DivergenceRepository.Key far = new DivergenceRepository.Key("resale", "thinker");
    TreeMap<DivergenceRepository.Key, DivergenceRepository.Sums> batch = new TreeMap<>();
    BigInteger large = BigInteger.valueOf(Long.MAX_VALUE);
    batch.put(near, new DivergenceRepository.Sums(2, 0, large, large));
    batch.put(far, new DivergenceRepository.Sums(1, 1, BigInteger.TEN, BigInteger.ONE));
    // When
    try (Connection connection = database.getConnection()) {
      repository.add(connection, batch);
      repository.add(connection, batch);
      repository.add(connection, new TreeMap<>());
      // Then
      assertThat(repository.read(connection))
          .containsExactly(
              new DivergenceRepository.OfModel(far, twice(batch.get(far))),
              new DivergenceRepository.OfModel(near, twice(batch.get(near))));
    }
  }

  private static DivergenceRepository.Sums twice(DivergenceRepository.Sums sums) {
    return sums.plus(sums);
  }

  private static java.math.BigDecimal output(Catalogue catalogue) {
    return catalogue
        .find(Optional.of("acme"), "anvil-2-1")
        .flatMap(model -> model.schedule().at(Instant.parse("2026-11-25T00:00:00Z")))
        .orElseThrow()
        .base()
        .outputUsdPerMillion();
  }
}
