package io.floorkeeper.truth;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that was said by itself, and what becomes of it: of one name and target the latest counts.
 */
final class SaidTruth {

  /** One judgement of something. */
  record Said(PlannedSpan.Judgement judgement, Double probability, long atMicros) {}

  private final Map<Told.Judged, TreeMap<String, Said>> latest = new HashMap<>();

  /** Whatever it was that was said before. */
  void tell(Told told) {
    latest
        .computeIfAbsent(told.judged(), j -> new TreeMap<>())
        .merge(
            told.judgement().name(),
            new Said(told.judgement(), told.probability(), told.saidAtMicros()),
            SaidTruth::later);
  }

  private static Said later(Said one, Said other) {
    return one.atMicros >= other.atMicros ? one : other;
  }

  /** By name: what the call itself carries, and what others say of its span and of its response. */
  List<Said> of(PlannedSpan.Call call) {
    TreeMap<String, Said> said = new TreeMap<>();
    of(new Told.Judged.OfSpan(call.traceId(), call.spanId())).forEach(said::put);
    if (call.responseId() != null) {
      of(new Told.Judged.OfResponse(call.responseId()))
          .forEach((name, one) -> said.merge(name, one, SaidTruth::later));
    }
    own(call).forEach(one -> said.merge(one.judgement.name(), one, SaidTruth::later));
    return List.copyOf(said.values());
  }

  /** What a call carries is said when it ends. */
  static List<Said> own(PlannedSpan.Call call) {
    long endMicros = call.startNanos() / 1_000 + call.latencyMillis() * 1_000;
    return call.judgements().stream()
        .map(judgement -> new Said(judgement, call.probability(), endMicros))
        .toList();
  }

  /** By rung: what is said of a decision as a whole, behind all calls of that rung. */
  TreeMap<Integer, List<Said>> ofDecision(PlannedDecision decision) {
    TreeMap<Integer, List<Said>> said = new TreeMap<>();
    for (int rung = 0; rung < 8; rung++) {
      List<Said> there =
          List.copyOf(of(new Told.Judged.OfDecision(decision.root(), rung, "")).values());
      if (!there.isEmpty()) {
        said.put(rung, there);
      }
    }
    return said;
  }

  private TreeMap<String, Said> of(Told.Judged judged) {
    return latest.getOrDefault(judged, new TreeMap<>());
  }

  /**
   * Counts what they come to: they find a call that is learned from, or its task; a call that is
   * not; or nothing, and wait.
   */
  void count(Set<PlannedSpan.Call> calls, Figures figures) {
    Map<Told.Judged, Boolean> there = new HashMap<>();
    Set<Told.Judged> tasks = new HashSet<>();
    for (PlannedSpan.Call call : calls) {
      there.put(new Told.Judged.OfSpan(call.traceId(), call.spanId()), call.followed());
      if (call.responseId() != null) {
        there.put(new Told.Judged.OfResponse(call.responseId()), call.followed());
      }
      if (call.followed()) {
        String root = call.decision().root();
        tasks.add(new Told.Judged.OfDecision(root, 0, ""));
        // Whoever has climbed at all may be judged for any rung.
        for (int rung = 1; call.rung() > 0 && rung < 8; rung++) {
          tasks.add(new Told.Judged.OfDecision(root, rung, ""));
        }
      }
    }
    latest.forEach(
        (judged, said) -> {
          Boolean teaches = tasks.contains(judged) ? Boolean.TRUE : there.get(judged);
          String standing = teaches == null ? "held" : teaches ? "joined" : "unrouted";
          figures.add("totals/evaluations", said.size());
          figures.add("evaluations/" + standing, said.size());
          if (standing.equals("joined")) {
            figures.add("evaluations/correlated", said.size());
          }
        });
  }
}
