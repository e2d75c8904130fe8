package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.learning.LearningParts;
import io.floorkeeper.learning.LearningService;
import io.floorkeeper.ledger.KeyBook;
import io.floorkeeper.ledger.OutcomeRepository;
import io.floorkeeper.ledger.TotalsRepository;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One key, one request: whatever comes under it first decides for all of its items. */
class OutcomeHandlerIT {
  private static final String ONE = "1".repeat(64);
  private static final String OTHER = "2".repeat(64);
  private static final ObjectMapper JSON = new ObjectMapper().findAndRegisterModules();

  @TempDir static Path folder;
  private static EmbeddedPlatform platform;
  private static LearningParts parts;
  private static OutcomeHandler handler;

  @BeforeAll
  static void start() throws SQLException {
    platform =
        EmbeddedPlatform.start(
            folder.resolve("data"), new EmbeddedPlatform.Options(true, false, 0, 0, 0, line -> {}));
    EmbeddedDatabase database = platform.database().orElseThrow();
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.username(), database.password())
        .load()
        .migrate();
    parts = new LearningParts(database, Map.of());
    handler =
        new OutcomeHandler(
            parts.part(OutcomeRepository.class),
            parts.part(KeyBook.class),
            parts.part(LearningService.class),
            parts.part(TotalsRepository.class),
            JSON);
  }

  @AfterAll
  static void stop() {
    parts.close();
    platform.close();
  }

  @BeforeEach
  void empty() {
    parts.execute(LearningParts.EMPTY + ", outcome");
  }

  @Test
  void ofASecondBodyUnderAKeyNothingIsTaken() {
    apply(item("k", 0, ONE));

    List<DeadLetter> letters = apply(item("k", 1, OTHER), item("k", 2, OTHER));

    assertThat(letters)
        .extracting(DeadLetter::code)
        .containsExactly("idempotency_key_reused", "idempotency_key_reused");
    assertThat(parts.rows("select name from evaluation")).containsExactly("n0");
  }

  @Test
  void soItIsWithinOneBatch() {
    List<DeadLetter> letters =
        apply(item("k", 0, ONE), item("k", 1, OTHER), item("k", 1, ONE), item("other", 1, OTHER));

    assertThat(letters).hasSize(1);
    assertThat(parts.rows("select idempotency_key, item from outcome order by 1, 2"))
        .containsExactly("k | 0", "k | 1", "other | 1");
  }

  @Test
  void whatComesAgainIsADuplicate() {
    apply(item("k", 0, ONE), item("k", 1, ONE));

    assertThat(apply(item("k", 0, ONE), item("k", 1, ONE))).isEmpty();
    assertThat(parts.rows("select total from ingest_total where name = 'outcomes_duplicates'"))
        .containsExactly("2");
  }

  private static List<DeadLetter> apply(OutcomeRecord... outcomes) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (OutcomeRecord outcome : outcomes) {
      try {
        records.add(
            new ConsumerRecord<>(
                "outcomes", 0, records.size(), new byte[0], JSON.writeValueAsBytes(outcome)));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
    return parts.transaction(
        connection -> handler.apply(connection, new StreamBatch("c", Map.of(), records)));
  }

  private static OutcomeRecord item(String key, int item, String hash) {
    return OutcomeRecord.of(
        -1,
        key,
        item,
        hash,
        Instant.now(),
        new OutcomeRequest(null, null, null, "s", "n" + item, null, null, true, null, null, null));
  }
}
