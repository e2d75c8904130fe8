package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class RecordLettersTest {
  private final ConsumerRecord<byte[], byte[]> record =
      new ConsumerRecord<>("otlp_spans", 0, 7, null, new byte[0]);

  @Test
  void aHundredHaveALetterEach() {
    RecordLetters letters = letters(100);

    assertThat(letters.items()).isEqualTo(100);
    assertThat(letters.letters()).hasSize(100);
    assertThat(letters.letters()).extracting(DeadLetter::code).containsOnly("bad_id");
    assertThat(letters.letters()).extracting(DeadLetter::item).startsWith(1, 2).endsWith(99, 100);
  }

  @Test
  void whatFollowsIsOneThatSaysHowMany() {
    RecordLetters letters = letters(65_000);

    assertThat(letters.items()).isEqualTo(65_000);
    assertThat(letters.letters()).hasSize(101);
    assertThat(letters.letters().get(100))
        .isEqualTo(
            new DeadLetter(
                record,
                101,
                "further_items",
                Optional.empty(),
                "64900 more items of this record could not be read",
                Optional.empty(),
                Optional.empty()));
  }

  private RecordLetters letters(int items) {
    RecordLetters letters = new RecordLetters(record);
    for (int i = 0; i < items; i++) {
      letters.add(new SpanReading.Rejected("", "", "bad_id", "traceId", "of a test"));
    }
    return letters;
  }
}
