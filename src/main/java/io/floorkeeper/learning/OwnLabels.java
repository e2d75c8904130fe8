package io.floorkeeper.learning;

import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.StoredEvaluation;
import io.floorkeeper.policy.RolePolicy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The labels that all judgements of an episode give, by their places in it. Pure: the order in
 * which they came does not matter.
 *
 * @param places where anything was said, whether it gives a label or not
 */
record OwnLabels(TreeMap<ByteBuffer, Optional<Label>> places) {

  static OwnLabels of(List<StoredEvaluation> said, Optional<RolePolicy> role) {
    Map<ByteBuffer, List<StoredEvaluation>> byPlace = new HashMap<>();
    for (StoredEvaluation one : said) {
      byPlace
          .computeIfAbsent(
              ByteBuffer.wrap(one.place().orElseThrow().rank()), r -> new ArrayList<>())
          .add(one);
    }
    TreeMap<ByteBuffer, Optional<Label>> places =
        new TreeMap<>((a, b) -> java.util.Arrays.compareUnsigned(a.array(), b.array()));
    byPlace.forEach(
        (rank, there) -> places.put(rank, role.flatMap(r -> RewardModel.label(latest(there), r))));
    return new OwnLabels(places);
  }

  /**
   * Of several with one name and identifier the latest, whatever they name it by: its span, its
   * response.
   */
  static List<Evaluation> latest(Collection<StoredEvaluation> said) {
    Map<List<String>, StoredEvaluation> latest = new HashMap<>();
    for (StoredEvaluation one : said) {
      latest.merge(
          List.of(one.key().name(), one.key().identifier()),
          one,
          (a, b) -> StoredEvaluation.LATEST.compare(a, b) >= 0 ? a : b);
    }
    return latest.values().stream().map(StoredEvaluation::evaluation).toList();
  }

  /** The episode with the latest of them. */
  Episode applied(Episode episode) {
    return episode.withLabels(
        last(true, episode.first().label()), last(false, episode.all().label()));
  }

  /**
   * The label of the last place that has one.
   *
   * @param ofFirst whether only the first pass counts
   * @param stored from before judgements were kept one by one: it stands while nothing is known of
   *     its place
   */
  private Optional<Chain.RankedLabel> last(boolean ofFirst, Optional<Chain.RankedLabel> stored) {
    TreeMap<ByteBuffer, Label> labels = new TreeMap<>(places.comparator());
    places.forEach(
        (rank, label) -> {
          if (label.isPresent() && (!ofFirst || rank.get(0) == 0)) {
            labels.put(rank, label.get());
          }
        });
    stored
        .filter(label -> !places.containsKey(ByteBuffer.wrap(label.rank())))
        .ifPresent(label -> labels.put(ByteBuffer.wrap(label.rank()), label.label()));
    return labels.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Chain.RankedLabel(labels.lastKey().array(), labels.lastEntry().getValue()));
  }

  /** The label of one place; where nothing was said there, the one that it had. */
  Optional<Label> at(byte[] rank, Optional<Label> had) {
    return places.getOrDefault(ByteBuffer.wrap(rank), had);
  }
}
