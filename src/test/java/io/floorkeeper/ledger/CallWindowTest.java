package io.floorkeeper.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class CallWindowTest {

  @Test
  void tomorrowMayBeAClockThatIsAheadAndTheDayAfterMayNot() {
    CallWindow window = new CallWindow();

    assertThat(window.refusal(Instant.now())).isEmpty();
    assertThat(window.refusal(beginningOfDayIn(1))).isEmpty();
    assertThat(window.refusal(beginningOfDayIn(2).plusSeconds(120)))
        .contains(CallWindow.Refusal.FUTURE);
  }

  private static Instant beginningOfDayIn(int days) {
    return LocalDate.now(ZoneOffset.UTC).plusDays(days).atStartOfDay().toInstant(ZoneOffset.UTC);
  }
}
