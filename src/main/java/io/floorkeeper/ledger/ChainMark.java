package io.floorkeeper.ledger;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.floorkeeper.platform.CanonicalBytes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * A record of a chain that is no decision.
 *
 * @param amount of decisions that were answered and are not in the chain ({@code GAP}), else 0
 * @param detail the reason, or what it is about
 */
public record ChainMark(Kind kind, int replica, Instant at, long amount, String detail) {
  private static final int RECORD_KIND = 2;

  public ChainMark {
    at = at.truncatedTo(ChronoUnit.MICROS); // as its row will have it
  }

  /** What it says. */
  public enum Kind {
    /** The first record of a chain. */
    @JsonProperty("open")
    OPEN,
    /** Decisions were answered and could not be logged. */
    @JsonProperty("gap")
    GAP,
    /** A decision was logged and never told to the caller: its pin wanted the record first. */
    @JsonProperty("withheld")
    WITHHELD,
    /** The last record of a chain that ended in order. */
    @JsonProperty("close")
    CLOSE;

    /** The kind of this {@link #word()}. */
    public static Kind of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** As it stands in the table and in the chain. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What the chain holds of it. */
  public CanonicalBytes canonical(CanonicalBytes bytes) {
    return bytes
        .begin(RECORD_KIND)
        .text(1, kind.word())
        .number(2, replica)
        .time(3, at)
        .number(4, amount)
        .text(5, detail);
  }
}
