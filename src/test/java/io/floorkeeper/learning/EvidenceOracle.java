package io.floorkeeper.learning;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.EvaluationTarget;
import io.floorkeeper.ledger.TargetedEvaluation;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the evidence must be, from everything at once and by the words of the specification alone:
 * none of the code that is tested, no order of arrival.
 */
final class EvidenceOracle {
  /** In 1e-9 USD per token, input and output. */
  private static final Map<String, long[]> PRICES =
      Map.of(
          "tiny-1", new long[] {1_000, 5_000},
          "medium-1", new long[] {3_000, 15_000},
          "grand-1", new long[] {15_000, 75_000});

  private record Said(String name, String identifier, Instant at, String source, Evaluation what) {}

  private record Label(long v, long q) {}

  private final InventedTasks tasks;
  private final Map<String, List<AttributedCall>> byTask = new LinkedHashMap<>();
  private final TreeMap<String, BigInteger[]> sums = new TreeMap<>();

  private EvidenceOracle(InventedTasks tasks) {
    this.tasks = tasks;
    for (AttributedCall call : tasks.calls) {
      byTask.computeIfAbsent(root(call.decision().orElseThrow()), r -> new ArrayList<>()).add(call);
    }
  }

  /**
   * By role, arm and part (first, climb, above): episodes, labels, sum v, sum v^2, sum vq,
   * nano-USD, nano-USD^2, errors, latency of calls.
   */
  static Map<String, String> sums(InventedTasks tasks) {
    EvidenceOracle oracle = new EvidenceOracle(tasks);
    oracle.byTask.values().forEach(oracle::task);
    TreeMap<String, String> rows = new TreeMap<>();
    oracle.sums.forEach((key, row) -> rows.put(key, List.of(row).toString()));
    return rows;
  }

  private void task(List<AttributedCall> calls) {
    DecisionId decision = calls.get(0).decision().orElseThrow();
    List<AttributedCall> firsts = calls.stream().filter(c -> rung(c) == 0).toList();
    List<AttributedCall> above = calls.stream().filter(c -> rung(c) > 0).toList();
    Optional<Label> whole = delivered(calls, 1).or(() -> credit(calls));
    BigInteger[] all = row(calls, whole);
    BigInteger[] first = above.isEmpty() ? all : row(firsts, delivered(firsts, 0));
    add(decision.roleNo() + "/1/first", first, firsts);
    if (!above.isEmpty()) {
      BigInteger[] more = new BigInteger[all.length];
      for (int i = 0; i < all.length; i++) {
        more[i] = all[i].subtract(first[i]);
      }
      add(decision.roleNo() + "/1/climb", more, List.of());
      for (AttributedCall call : above) {
        Optional<Label> own = ofCall(call);
        Optional<Label> counts =
            own.isEmpty() && failed(call) ? Optional.of(new Label(1_000_000, 0)) : own;
        add(decision.roleNo() + "/2/above", row(List.of(call), counts), List.of(call));
      }
    }
  }

  private static BigInteger[] row(List<AttributedCall> calls, Optional<Label> label) {
    long nanoUsd = 0;
    long errors = 0;
    for (AttributedCall attributed : calls) {
      Call call = attributed.call();
      long[] price = PRICES.get(call.model().orElseThrow());
      nanoUsd +=
          call.tokens().orElseThrow().input() * price[0]
              + call.tokens().orElseThrow().output() * price[1];
      errors += call.error() ? 1 : 0;
    }
    BigInteger v = BigInteger.valueOf(label.map(Label::v).orElse(0L));
    BigInteger q = BigInteger.valueOf(label.map(Label::q).orElse(0L));
    BigInteger dollars = BigInteger.valueOf(nanoUsd);
    return new BigInteger[] {
      BigInteger.ONE,
      label.isPresent() ? BigInteger.ONE : BigInteger.ZERO,
      v,
      v.multiply(v),
      v.multiply(q),
      dollars,
      dollars.multiply(dollars),
      BigInteger.valueOf(errors),
      BigInteger.ZERO
    };
  }

  private void add(String key, BigInteger[] row, List<AttributedCall> latencies) {
    BigInteger[] sum = sums.computeIfAbsent(key, k -> zeros());
    for (int i = 0; i < row.length; i++) {
      sum[i] = sum[i].add(row[i]);
    }
    for (AttributedCall call : latencies) {
      sum[8] = sum[8].add(BigInteger.valueOf(call.call().latencyMillis()));
    }
  }

  private static BigInteger[] zeros() {
    BigInteger[] zeros = new BigInteger[9];
    java.util.Arrays.fill(zeros, BigInteger.ZERO);
    return zeros;
  }

  /**
   * The last that was judged; 0 where the very last call failed, errors count, and none is later.
   */
  private Optional<Label> delivered(List<AttributedCall> calls, int topRung) {
    String last = "";
    boolean lastFailed = false;
    TreeMap<String, Label> labels = new TreeMap<>();
    for (AttributedCall call : calls) {
      if (place(call).compareTo(last) > 0) {
        last = place(call);
        lastFailed = failed(call);
      }
      ofCall(call).ifPresent(label -> labels.put(place(call), label));
    }
    DecisionId decision = calls.get(0).decision().orElseThrow();
    for (int rung = 0; rung <= topRung; rung++) {
      int r = rung;
      label(
              decision.roleNo(),
              said(
                  target ->
                      target instanceof EvaluationTarget.OfDecision of
                          && root(of.decision()).equals(root(decision))
                          && of.decision().rung() == r))
          .ifPresent(label -> labels.put(r + "~", label));
    }
    if (lastFailed && (labels.isEmpty() || labels.lastKey().compareTo(last) < 0)) {
      return Optional.of(new Label(1_000_000, 0));
    }
    return labels.isEmpty() ? Optional.empty() : Optional.of(labels.lastEntry().getValue());
  }

  private Optional<Label> ofCall(AttributedCall attributed) {
    Call call = attributed.call();
    List<Said> said =
        said(
            target ->
                target instanceof EvaluationTarget.OfSpan span
                        && span.spanId().equals(call.spanId())
                        && span.traceId().equals(call.traceId())
                    || target instanceof EvaluationTarget.OfResponse response
                        && call.responseId().equals(Optional.of(response.responseId())));
    for (Evaluation own : call.evaluations()) {
      said.add(
          new Said(
              own.name(),
              own.identifier().orElse(""),
              call.startedAt().plusMillis(call.latencyMillis()),
              "",
              own));
    }
    return label(attributed.decision().orElseThrow().roleNo(), said);
  }

  private Optional<Label> credit(List<AttributedCall> calls) {
    Optional<String> session = calls.get(0).call().sessionId();
    if (session.isEmpty()) {
      return Optional.empty();
    }
    long decisions =
        byTask.values().stream().filter(c -> c.get(0).call().sessionId().equals(session)).count();
    return label(
            calls.get(0).decision().orElseThrow().roleNo(),
            said(
                target ->
                    target instanceof EvaluationTarget.OfSession of
                        && of.sessionId().equals(session.get())))
        .map(label -> new Label(Math.round((double) label.v / decisions), label.q));
  }

  private List<Said> said(java.util.function.Predicate<EvaluationTarget> of) {
    List<Said> said = new ArrayList<>();
    for (TargetedEvaluation one : tasks.told) {
      if (of.test(one.target())) {
        Evaluation what = one.evaluation();
        said.add(
            new Said(what.name(), what.identifier().orElse(""), one.saidAt(), one.source(), what));
      }
    }
    return said;
  }

  /** The worker has scales, 0 to 10 (weight 3) and 4 to 0 (weight 1); the critic has none. */
  private static Optional<Label> label(int roleNo, List<Said> said) {
    TreeMap<String, Said> latest = new TreeMap<>();
    for (Said one : said) {
      latest.merge(
          one.name + "\n" + one.identifier,
          one,
          (a, b) ->
              Comparator.comparing(Said::at).thenComparing(Said::source).compare(a, b) > 0 ? a : b);
    }
    double sum = 0;
    double weights = 0;
    double p = 1;
    for (Said one : latest.values()) {
      double weight = 1;
      double low = 0;
      double high = 1;
      boolean lower = false;
      if (roleNo == InventedTasks.WORKER) {
        if (one.name.equals("judge")) {
          weight = 3;
          high = 10;
        } else if (one.name.equals("cost-of-repair")) {
          high = 4;
          lower = true;
        } else {
          continue;
        }
      }
      double quality;
      if (one.what.score().isPresent()) {
        double share = (one.what.score().get() - low) / (high - low);
        if (share < 0 || share > 1) {
          continue;
        }
        quality = lower ? 1 - share : share;
      } else {
        quality = one.what.label().orElseThrow().equals("pass") ? 1 : 0;
      }
      sum += weight * quality;
      weights += weight;
      p = one.what.labelProbability().orElse(p);
    }
    return weights == 0
        ? Optional.empty()
        : Optional.of(new Label(Math.round(1e6 / p), Math.round(1e6 * sum / weights)));
  }

  private static boolean failed(AttributedCall call) {
    return call.call().error() && call.decision().orElseThrow().roleNo() == InventedTasks.WORKER;
  }

  private static int rung(AttributedCall call) {
    return call.decision().orElseThrow().rung();
  }

  private static String place(AttributedCall call) {
    Instant at = call.call().startedAt();
    return "%d %020d %09d %s"
        .formatted(rung(call), at.getEpochSecond(), at.getNano(), call.call().spanId());
  }

  private static String root(DecisionId decision) {
    return HexFormat.of().formatHex(decision.root());
  }
}
