package io.floorkeeper.truth;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

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

  EpisodeTruth(PlannedDecision decision, List<PlannedSpan.Call> calls, Installation installation) {
    this.decision = decision;
    this.calls = calls.stream().sorted(ORDER).toList();
    this.installation = installation;
  }

  /**
   * Under the starting arm: {@code first} what the first pass gave, {@code ladder} the whole less
   * that; under the arm that ran it, {@code climbed}: every call of a higher rung by itself.
   */
  void addTo(Figures figures) {
    List<PlannedSpan.Call> first = calls.stream().filter(c -> c.rung() == 0).toList();
    String start = path(decision.armNo());
    add(figures, start + "first/", first, 1);
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
      add(figures, start + "ladder/", calls, 1);
      add(figures, start + "ladder/", first, -1);
    }
    for (PlannedSpan.Call call : calls.subList(first.size(), calls.size())) {
      String climbed = path(installation.arms().get(call.ran().armKey)) + "climbed/";
      add(figures, climbed, List.of(call), 1);
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

  private void add(Figures figures, String path, List<PlannedSpan.Call> chain, int sign) {
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
    LabelTruth label = delivered(chain);
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
   * The label of the latest call that has one; but where the very last call failed without one, and
   * the role's errors count as 0, that.
   */
  private LabelTruth delivered(List<PlannedSpan.Call> chain) {
    PlannedSpan.Call last = chain.get(chain.size() - 1);
    if (last.failed() && !LabelTruth.of(last).isKnown() && decision.role().equals("worker")) {
      return LabelTruth.FAILED;
    }
    Optional<LabelTruth> latest =
        chain.stream().map(LabelTruth::of).filter(LabelTruth::isKnown).reduce((a, b) -> b);
    return latest.orElse(LabelTruth.NONE);
  }

  private static BigInteger signed(BigInteger value, int sign) {
    return sign < 0 ? value.negate() : value;
  }
}
