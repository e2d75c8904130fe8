package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutcomeRecordTest {

  /** All items of a request come at one moment: their origin alone says which is the last. */
  @Test
  void ofOneRequestTheLastItemIsTheGreatestOrigin() {
    List<String> origins =
        IntStream.range(0, 500).mapToObj(item -> record(item, null).origin()).toList();

    assertThat(origins).isSorted();
  }

  @Test
  void theSourceIsKept() {
    assertThat(record(3, "nightly-review").origin()).isEqualTo("outcome:k/00003/nightly-review");
  }

  private static OutcomeRecord record(int item, String source) {
    return OutcomeRecord.of(
        -1,
        "k",
        item,
        "0".repeat(64),
        Instant.EPOCH,
        new OutcomeRequest(
            null, null, null, "s", "check", item / 1e3, null, null, null, source, null));
  }
}
