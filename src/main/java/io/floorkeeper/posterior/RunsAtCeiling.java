package io.floorkeeper.posterior;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The runs that have reached their role's ceiling, followed: each look brings those that have spent
 * since the last one, and one look a minute brings all. A run stays until it is over, whether it is
 * asked for or blocked; where there are too many, those that reached their ceiling last are known.
 * No clock, no database. For one thread, but for {@link #beyond}.
 */
final class RunsAtCeiling {
  /** A transaction that began so long before it was seen is found by the next look at all. */
  static final long OVERLAP_SECONDS = 60;

  static final long WHOLE_EVERY_MILLIS = 60_000;

  /**
   * A run.
   *
   * @param touchedAtMillis when it spent last
   * @param reachedAtMillis when it reached a ceiling, as far as somebody knows
   */
  record Run(int roleNo, String runId, long nanoUsd, long touchedAtMillis, long reachedAtMillis) {
    private SpendRepository.RunKey key() {
      return new SpendRepository.RunKey(roleNo, runId);
    }
  }

  private final int most;
  private final long lifeMillis;
  private final Map<SpendRepository.RunKey, Run> known = new HashMap<>();
  private Map<Integer, Map<String, Long>> byRole = Map.of();
  private Map<Integer, Long> limits = Map.of();
  private long lookedAtMillis;
  private final Set<SpendRepository.RunKey> dropped = new HashSet<>(); // since the last look at all
  private long wholeAtMillis;
  private long beyondThen;
  private volatile long beyond;

  /**
   * @param most so many are known at once
   * @param lifeMillis a run that has spent nothing for so long is over
   */
  RunsAtCeiling(int most, long lifeMillis) {
    this.most = most;
    this.lifeMillis = lifeMillis;
  }

  /** Whether all runs are to be read, and not only those that have spent since the last look. */
  boolean wantsWhole(Map<Integer, Long> ceilings, long nowMillis) {
    return lookedAtMillis == 0
        || !limits.equals(ceilings)
        || nowMillis - wholeAtMillis >= WHOLE_EVERY_MILLIS;
  }

  /** How far back a look has to go that is not at all of them. */
  long secondsBack(long nowMillis) {
    return Math.max(0, nowMillis - lookedAtMillis) / 1_000 + 1 + OVERLAP_SECONDS;
  }

  /**
   * Takes over what was read.
   *
   * @param whole whether these are all that there are
   * @param runs at their ceilings, no more than the most, those that reached it last
   * @param total how many there are of them
   */
  void hear(
      boolean whole, Map<Integer, Long> ceilings, List<Run> runs, long total, long nowMillis) {
    boolean changed = whole;
    if (whole) {
      known.clear();
      limits = Map.copyOf(ceilings);
      wholeAtMillis = nowMillis;
      beyondThen = Math.max(0, total - most);
      dropped.clear();
    }
    for (Run run : runs) {
      changed |= !run.equals(known.put(run.key(), run));
    }
    changed |= known.values().removeIf(run -> run.touchedAtMillis() < nowMillis - lifeMillis);
    if (known.size() > most) {
      List<Run> oldest =
          known.values().stream()
              .sorted(Comparator.comparingLong(Run::reachedAtMillis).thenComparing(Run::runId))
              .limit(known.size() - (long) most)
              .toList();
      oldest.forEach(
          run -> {
            known.remove(run.key());
            dropped.add(run.key());
          });
    }
    dropped.removeAll(known.keySet());
    beyond = beyondThen + dropped.size();
    lookedAtMillis = nowMillis;
    if (changed) {
      Map<Integer, Map<String, Long>> roles = new HashMap<>();
      known
          .values()
          .forEach(
              run ->
                  roles
                      .computeIfAbsent(run.roleNo(), r -> new HashMap<>())
                      .put(run.runId(), run.nanoUsd()));
      roles.replaceAll((role, its) -> Map.copyOf(its)); // shared by snapshots until one changes
      byRole = roles;
    }
  }

  /** What each of a role's runs at its ceiling has spent, in 1e-9 USD. */
  Map<String, Long> of(int roleNo) {
    return byRole.getOrDefault(roleNo, Map.of());
  }

  /** How many runs are at their ceiling and are not known: they go on as if they were not. */
  long beyond() {
    return beyond;
  }
}
