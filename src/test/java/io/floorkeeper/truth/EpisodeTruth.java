package io.floorkeeper.truth;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What one task must have added to the evidence: all its calls at once. */
final class EpisodeTruth {
  /** As the calls of a task follow one another. */
  private static final Comparator<PlannedSpan.Call> ORDER =
      Comparator.comparingInt(PlannedSpan.Call::rung)
          .thenComparingLong(PlannedSpan.Call::startNanos)
          .thenComparing(PlannedSpan.Call::spanId);

  private final PlannedDecision decision;
  private final List<PlannedSpan.Call> calls;
  private final Installation installation;
  private final SaidTruth said;

  EpisodeTruth(
      PlannedDecision decision,
      List<PlannedSpan.Call> calls,
      Installation installation,
      SaidTruth said) {
    this.decision = decision;
    this.calls = calls.stream().sorted(ORDER).toList();
    this.installation = installation;
    this.said = said;
  }

  /**
   * Under the starting arm: {@code first} what the first pass gave, {@code ladder} the whole less
   * that; under the arm that ran it, {@code climbed}: every call of a higher rung by itself.
   */
  void addTo(Figures figures) {
    List<PlannedSpan.Call> first = calls.stream().filter(c -> c.rung() == 0).toList();
    String start = path(decision.armNo());
    add(figures, start + "first/", first, delivered(first, 0), 1);
    for (PlannedSpan.Call call : first) {
      latency(figures, start + "first/", call);
      figures.add(
          "sketch/"
              + decision.roleNo()
              + "/"
              + decision.bucket()
              + "/"
              + decision.armNo()
              + "/calls",
          1);
    }
    if (first.size() < calls.size()) {
      add(figures, start + "ladder/", calls, delivered(calls, Integer.MAX_VALUE), 1);
      add(figures, start + "ladder/", first, delivered(first, 0), -1);
    }
    for (PlannedSpan.Call call : calls.subList(first.size(), calls.size())) {
      String climbed = path(installation.arms().get(call.ran().armKey)) + "climbed/";
      add(figures, climbed, List.of(call), delivered(List.of(call), -1), 1);
      latency(figures, climbed, call);
    }
  }

  private String path(int armNo) {
    return "evidence/"
        + decision.roleNo()
        + "/"
        + decision.bucket()
        + "/"
        + armNo
        + "/"
        + decision.block()
        + "/";
  }

  private static void latency(Figures figures, String path, PlannedSpan.Call call) {
    figures.add(path + "latency_count", 1);
    figures.add(path + "sum_latency_millis", call.latencyMillis());
  }

  private void add(
      Figures figures, String path, List<PlannedSpan.Call> chain, LabelTruth label, int sign) {
    if (chain.isEmpty()) {
      return;
    }
    figures.add(path + "episodes", sign);
    figures.add(path + "errors", sign * chain.stream().filter(PlannedSpan.Call::failed).count());
    if (chain.stream().allMatch(c -> c.usage() != null)) {
      figures.add(path + "token_episodes", sign);
      for (PlannedSpan.Call call : chain) {
        Usage usage = call.usage();
        figures.add(path + "input_tokens", sign * usage.uncached());
        figures.add(path + "cache_read_tokens", sign * usage.read());
        figures.add(path + "cache_write_tokens", sign * usage.write());
        figures.add(path + "output_tokens", sign * usage.out());
        figures.add(path + "reasoning_tokens", sign * usage.reasoning());
      }
    }
    if (chain.stream().allMatch(c -> c.nanoUsd() != null)) {
      BigInteger dollars =
          BigInteger.valueOf(chain.stream().mapToLong(PlannedSpan.Call::nanoUsd).sum());
      figures.add(path + "dollar_episodes", sign);
      figures.add(path + "sum_nano_usd", signed(dollars, sign));
      figures.add(path + "sum_nano_usd2", signed(dollars.multiply(dollars), sign));
    }
    if (label.isKnown()) {
      BigInteger v = BigInteger.valueOf(label.weightMicros());
      figures.add(path + "labels", sign);
      figures.add(path + "sum_v", signed(v, sign));
      figures.add(path + "sum_v2", signed(v.multiply(v), sign));
      figures.add(
          path + "sum_vq", signed(v.multiply(BigInteger.valueOf(label.qualityMicros())), sign));
    }
  }

  /**
   * The last label there is: of calls, and behind those of its rung that of the decision as a
   * whole. Where the very last call failed, errors count as 0 and nothing later is known, that.
   *
   * @param top the highest rung whose decision is asked; below 0: none
   */
  private LabelTruth delivered(List<PlannedSpan.Call> chain, int top) {
    if (chain.isEmpty()) {
      return LabelTruth.NONE;
    }
    TreeMap<Integer, List<SaidTruth.Said>> ofDecision = said.ofDecision(decision);
    LabelTruth latest = LabelTruth.NONE;
    int rung = 0;
    for (PlannedSpan.Call call : chain) {
      if (top >= 0 && call.rung() > rung) {
        latest = later(latest, ofDecision.subMap(rung, call.rung()));
      }
      rung = call.rung();
      LabelTruth own = LabelTruth.of(decision.role(), said.of(call));
      boolean isLast = call == chain.get(chain.size() - 1);
      if (own.isKnown()) {
        latest = own;
      } else if (isLast && call.failed() && decision.role().equals("worker")) {
        latest = LabelTruth.FAILED;
      }
    }
    return top < rung ? latest : later(latest, ofDecision.subMap(rung, true, top, true));
  }

  private LabelTruth later(LabelTruth before, SortedMap<Integer, List<SaidTruth.Said>> rungs) {
    return rungs.values().stream()
        .map(of -> LabelTruth.of(decision.role(), of))
        .filter(LabelTruth::isKnown)
        .reduce(before, (a, b) -> b);
  }

  private static BigInteger signed(BigInteger value, int sign) {
    return sign < 0 ? value.negate() : value;
  }
}
