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
   * So long a call without a role waits for the span of an ancestor that has one, from when it
   * came. An agent's span comes when its run ends, so this is how long runs may take. Each call
   * that waits is a small row; those whose role comes, or cannot come, wait no more.
   */
  @WithDefault("PT6H")
  Duration ancestorWait();

  /**
   * So long a span that may be above calls is kept for those that come after it. Spans end, and so
   * come, after those below them: this is how far the streams may be apart.
   */
  @WithDefault("PT15M")
  Duration ancestorKeep();
}
