package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.posterior.EvidenceKey;
import java.util.List;
import java.util.Map;

/**
 * An episode before and after a batch.
 *
 * @param calls of the batch that are its, never seen before
 * @param corrections of calls of earlier batches
 * @param climbed by how much the labels of its climbed calls of earlier batches have moved
 */
record EpisodeChange(
    Episode before,
    Episode after,
    List<JudgedCall> calls,
    List<EpisodeCorrection> corrections,
    Map<EvidenceKey, Evidence> climbed) {

  /** Without corrections. */
  EpisodeChange(
      Episode before, Episode after, List<JudgedCall> calls, Map<EvidenceKey, Evidence> climbed) {
    this(before, after, calls, List.of(), climbed);
  }

  /** Whether the detectors have not taken a label of it yet, and now take one. */
  boolean isFirstLabel() {
    return !before.watched() && after.watched();
  }

  boolean isFirstSeen() {
    return before.all().calls() == 0;
  }

  /** Whether its last call was taken back: as if it had never been seen. */
  boolean isEnded() {
    return before.all().calls() > 0 && after.all().calls() == 0;
  }

  /** How many of its calls were taken back. */
  int lost() {
    return (int) corrections.stream().filter(EpisodeCorrection::isLost).count();
  }

  /** Whether there is anything to be written. */
  boolean isAny() {
    return !calls.isEmpty()
        || !corrections.isEmpty()
        || !climbed.isEmpty()
        || !before.equals(after);
  }

  /** By how much the number of episodes that somebody has judged has moved: -1, 0 or 1. */
  int answered() {
    return (isAnswered(after) ? 1 : 0) - (isAnswered(before) ? 1 : 0);
  }

  private static boolean isAnswered(Episode episode) {
    return episode.all().calls() > 0
        && episode.isAsked()
        && (episode.all().label().isPresent() || episode.credit().isPresent());
  }
}
