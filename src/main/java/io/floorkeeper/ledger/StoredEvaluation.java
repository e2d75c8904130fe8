package io.floorkeeper.ledger;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * A judgement as it is kept. Of its label only the verdict: never a text.
 *
 * @param evaluation without a label
 * @param source empty: the call carried it itself
 * @param place empty: it has found nothing
 */
public record StoredEvaluation(
    Key key, Evaluation evaluation, Instant saidAt, String source, Optional<Place> place) {

  /** The scope of telemetry and of callers of all tenants. */
  public static final int ALL_TENANTS = -1;

  /** Of what a call carries itself: kept apart, so that what came by itself can be counted. */
  public static final int OWN = -2;

  /**
   * What a later judgement must share to take the place of an earlier one. What a call carries and
   * what is told of it meet where they are read: there too the latest of one name and identifier
   * counts.
   *
   * @param scope the tenant whose decisions alone it may judge, {@link #ALL_TENANTS}, or {@link
   *     #OWN}
   * @param rung of the decision that it names; else 0
   */
  public record Key(TargetKey target, int scope, int rung, String name, String identifier)
      implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::target)
            .thenComparingInt(Key::scope)
            .thenComparingInt(Key::rung)
            .thenComparing(Key::name)
            .thenComparing(Key::identifier);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * Where in an episode it stands.
   *
   * @param root of the decision
   * @param rank as the episode ranks its calls
   */
  public record Place(ByteBuffer root, byte[] rank) {}

  /** What became of one. */
  public enum Standing {
    JOINED,
    HELD,
    SESSION,
    CREDITED,
    UNROUTED,
    FOREIGN,
    TOO_LATE,
    EXPIRED;

    /** As the table and the totals say it. */
    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** By it the latest of several with one key is the last; total, so that order never decides. */
  public static final Comparator<StoredEvaluation> LATEST =
      Comparator.comparing(StoredEvaluation::saidAt)
          .thenComparing(StoredEvaluation::source)
          .thenComparingDouble(s -> s.evaluation.score().orElse(Double.NEGATIVE_INFINITY))
          .thenComparing(s -> s.evaluation.passed().orElse(false))
          .thenComparingDouble(s -> s.evaluation.labelProbability().orElse(0.0));
}
