package io.floorkeeper.truth;

import static io.floorkeeper.truth.OtlpRecords.attribute;

import io.floorkeeper.ledger.DecisionId;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Everything that is sent, in the order in which it is sent: calls of tasks and of nobody, spans
 * that repeat their children's usage, judgements that come by themselves, duplicates within a
 * record, a partition and across them, resent records, and about one in a hundred that must be
 * refused. All of it follows from the seed.
 */
record Multiset(List<PlannedRecord> records, int spans) {
  private static final int MOST_SPANS_A_RECORD = 50;

  /** What is sent of a span, and when: a place between 0 and 1. */
  private record Sending(PlannedSpan span, double at) {}

  /**
   * @param asked decisions that the service made itself; it would not make so many in time
   * @param spans that are sent at least, duplicates included
   * @param now nothing began after it
   */
  static Multiset of(
      Installation installation,
      List<DecisionId> asked,
      long seed,
      int spans,
      int partitions,
      Instant now) {
    Random random = new Random(seed);
    TaskMaker tasks = new TaskMaker(installation, asked, random, now);
    PoisonMaker poisons = new PoisonMaker(tasks);
    TellingMaker tellings = new TellingMaker(tasks);
    List<Sending> sendings = new ArrayList<>();
    while (sendings.size() < spans) {
      double at = (double) sendings.size() / spans;
      List<PlannedSpan> invented = invent(tasks, poisons);
      invented.forEach(span -> send(sendings, span, at, random));
      for (Told told : told(invented, tellings, random)) {
        send(sendings, told, at + lateness(random), random);
      }
    }
    sendings.sort(Comparator.comparingDouble(Sending::at));
    List<PlannedRecord> records = records(sendings, partitions, random);
    spoil(records, poisons, partitions, random);
    return new Multiset(records, records.stream().mapToInt(r -> r.spans().size()).sum());
  }

  private static List<PlannedSpan> invent(TaskMaker tasks, PoisonMaker poisons) {
    int kind = tasks.random().nextInt(100);
    if (kind < 2) {
      return List.of(poisons.span());
    }
    if (kind < 22) {
      return List.of(tasks.unrouted());
    }
    if (kind < 28) {
      return List.of(aggregate(tasks, tasks.unrouted()));
    }
    List<PlannedSpan> task = new ArrayList<>(tasks.task());
    if (kind < 40) { // what an agent framework puts above them
      task.add(aggregate(tasks, (PlannedSpan.Call) task.get(0)));
    }
    return task;
  }

  /** One task in ten is judged by others than itself; of the rest of the calls, few. */
  private static List<Told> told(List<PlannedSpan> invented, TellingMaker tellings, Random random) {
    if (random.nextInt(10) > 0) {
      return List.of();
    }
    List<PlannedSpan.Call> calls =
        invented.stream()
            .filter(PlannedSpan.Call.class::isInstance)
            .map(PlannedSpan.Call.class::cast)
            .toList();
    if (!calls.isEmpty()) {
      return tellings.of(calls);
    }
    return random.nextInt(3) == 0 ? List.of(tellings.lost()) : tellings.ofNothing();
  }

  /** Behind what is judged, long before it, or beside it, as a share of the whole. */
  private static double lateness(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> 0;
      case 1 -> -.4 * random.nextDouble();
      default -> .4 * random.nextDouble();
    };
  }

  /** Repeats the usage and the decision of its child, and may not count once. */
  private static PlannedSpan.Aggregate aggregate(TaskMaker tasks, PlannedSpan.Call child) {
    Span.Builder span =
        CallWriter.write(child.unjudged()).toBuilder()
            .setSpanId(OtlpRecords.id(tasks.hex(8)))
            .setName("agent");
    boolean openInference = child.style() == PlannedSpan.Style.OPENINFERENCE;
    String key = openInference ? "openinference.span.kind" : "gen_ai.operation.name";
    List<String> kinds =
        openInference
            ? List.of("AGENT", "CHAIN", "TOOL")
            : List.of("invoke_agent", "execute_tool", "invoke_workflow");
    List<io.opentelemetry.proto.common.v1.KeyValue> others =
        span.getAttributesList().stream().filter(a -> !a.getKey().equals(key)).toList();
    return new PlannedSpan.Aggregate(
        span.clearAttributes()
            .addAllAttributes(others)
            .addAttributes(attribute(key, kinds.get(tasks.random().nextInt(kinds.size()))))
            .build());
  }

  /** Mostly a little out of order, sometimes entirely; some twice, a few three times. */
  private static void send(List<Sending> sendings, PlannedSpan span, double at, Random random) {
    int times = random.nextInt(16) == 0 ? (random.nextInt(4) == 0 ? 3 : 2) : 1;
    for (int i = 0; i < times; i++) {
      boolean anywhere = random.nextInt(10) == 0;
      sendings.add(
          new Sending(span, anywhere ? random.nextDouble() : at + .01 * random.nextGaussian()));
    }
  }

  private static List<PlannedRecord> records(
      List<Sending> sendings, int partitions, Random random) {
    List<PlannedRecord> records = new ArrayList<>();
    for (int from = 0; from < sendings.size(); ) {
      int to = Math.min(sendings.size(), from + 1 + random.nextInt(MOST_SPANS_A_RECORD));
      Map<String, List<PlannedSpan>> byTopic =
          sendings.subList(from, to).stream()
              .map(Sending::span)
              .collect(
                  Collectors.groupingBy(PlannedSpan::topic, TreeMap::new, Collectors.toList()));
      byTopic.forEach(
          (topic, spans) -> {
            // An outcome is a record of its own.
            int most = topic.equals(Told.OUTCOMES) ? 1 : MOST_SPANS_A_RECORD;
            for (int at = 0; at < spans.size(); at += most) {
              records.add(
                  PlannedRecord.of(
                      random.nextInt(partitions),
                      random.nextBoolean(),
                      List.copyOf(spans.subList(at, Math.min(spans.size(), at + most)))));
            }
          });
      from = to;
    }
    return records;
  }

  /** One record in fifty is resent, one in a hundred spoilt, both anywhere behind its place. */
  private static void spoil(
      List<PlannedRecord> records, PoisonMaker poisons, int partitions, Random random) {
    int planned = records.size();
    for (int i = 0; i < planned / 50; i++) {
      int from = random.nextInt(records.size());
      records.add(
          from + random.nextInt(records.size() - from) + 1,
          records.get(from).on(random.nextInt(partitions)));
    }
    for (int i = 0; i <= planned / 100; i++) {
      int at = random.nextInt(planned);
      while (!records.get(at).topic().equals(Stage.TOPIC)) {
        at = random.nextInt(planned);
      }
      records.add(
          random.nextInt(records.size()),
          poisons.record(random.nextInt(partitions), records.get(at).spans()));
    }
  }
}
