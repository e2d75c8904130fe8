package io.floorkeeper.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ContendersTest {

  @Test
  void theDefaultComesFirstOfAll() {
    assertThat(Contenders.all())
        .extracting(Contender::key)
        .startsWith("own-role", "own-per-arm", "thompson");
  }

  @Test
  void oursCanBeNamedAtAnotherConfidenceAndWithoutALedger() {
    List<String> keys =
        List.of(
            "own-role@.98-no-ledger",
            "own-per-arm-no-ledger",
            "own-per-arm@.8",
            "own-role-no-ledger+without-context");

    assertThat(Contenders.named(keys)).extracting(Contender::key).isEqualTo(keys);
    assertThat(Contenders.named(keys).get(0).name())
        .isEqualTo("floorkeeper, role floor, confidence .98, no ledger");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Contenders.named(List.of("own-no-ledger")))
        .withMessageContaining("is none of");
  }
}
