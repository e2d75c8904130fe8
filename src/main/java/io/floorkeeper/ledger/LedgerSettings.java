package io.floorkeeper.ledger;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long facts are kept, and waited for. */
@ConfigMapping(prefix = "floorkeeper.ledger")
public interface LedgerSettings {

  /**
   * Calls that began longer ago are forgotten, in whole days (UTC): at least three, at most eleven
   * years. Evidence and hourly sums stay. A call that comes later than this is refused, for nobody
   * could say any more whether it was there before.
   */
  @WithDefault("P90D")
  Duration callRetention();

  /**
   * So long a call without a role waits for the span of an ancestor that has one, and such a span
   * for its calls, from when they came.
   */
  @WithDefault("PT5M")
  Duration ancestorWait();
}
