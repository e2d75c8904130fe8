package io.floorkeeper.truth;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Invents what is said of calls by others than themselves: several times of one name, in all forms,
 * and by clocks that have nothing to do with the order of arrival.
 */
final class TellingMaker {
  private static final long MINUTE_MICROS = 60_000_000L;
  private static final List<Double> PROBABILITIES = List.of(.1, .25, .5, 1.0);

  private final TaskMaker tasks;
  private final Random random;
  private int sequence;

  TellingMaker(TaskMaker tasks) {
    this.tasks = tasks;
    this.random = tasks.random();
  }

  /**
   * @param calls of one task, or one that belongs to none
   */
  List<Told> of(List<PlannedSpan.Call> calls) {
    List<Told> told = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      PlannedSpan.Call call = calls.get(random.nextInt(calls.size()));
      int kind = random.nextInt(5);
      for (int version = 1 + random.nextInt(2) * (1 + random.nextInt(2)); version > 0; version--) {
        told.add(one(call, kind));
      }
    }
    return told;
  }

  /** Of a call that never comes: it is waited for. */
  List<Told> ofNothing() {
    return List.of(one(tasks.unrouted(), random.nextInt(5)));
  }

  /** It names nothing at all. */
  Told lost() {
    return new Told(
        Told.Form.LOG, null, judgement(3, false), null, micros(tasks.unrouted()), tasks.hex(24));
  }

  private Told one(PlannedSpan.Call call, int kind) {
    Told.Form form = Told.Form.values()[random.nextInt(Told.Form.values().length)];
    boolean byResponse =
        call.responseId() != null
            && (form == Told.Form.EVENT || form == Told.Form.LOG && random.nextBoolean());
    if (form == Told.Form.EVENT && !byResponse) {
      form = Told.Form.CARRIER; // an event on another span can name a response alone
    }
    Told.Judged judged = new Told.Judged.OfSpan(call.traceId(), call.spanId());
    if (byResponse) {
      judged = new Told.Judged.OfResponse(call.responseId());
    } else if (form == Told.Form.OUTCOME && call.decision() != null && random.nextInt(4) > 0) {
      judged = new Told.Judged.OfDecision(call.decision().root(), call.rung(), call.decisionId());
    }
    return new Told(
        form,
        judged,
        judgement(kind, form == Told.Form.OUTCOME),
        random.nextInt(3) == 0 ? PROBABILITIES.get(random.nextInt(PROBABILITIES.size())) : null,
        micros(call),
        tasks.hex(24));
  }

  /** Around the end of the call, and no two of one call at one moment. */
  private long micros(PlannedSpan.Call call) {
    long endMillis = call.startNanos() / 1_000_000 + call.latencyMillis();
    return (endMillis * 1_000)
        - MINUTE_MICROS / 2
        + 1_000 * random.nextLong(10 * MINUTE_MICROS / 1_000)
        + sequence++ % 1_000;
  }

  /** Texts of verdicts are the service's to read: an outcome has been read when it is kept. */
  private PlannedSpan.Judgement judgement(int kind, boolean read) {
    return switch (kind) {
      case 0 ->
          new PlannedSpan.Judgement(
              "helpfulness",
              random.nextInt(8) == 0 ? 7.0 : 1 + random.nextInt(9) / 2.0,
              null,
              null);
      case 1 -> new PlannedSpan.Judgement("toxicity", random.nextInt(17) / 16.0, null, null);
      case 2 ->
          read
              ? new PlannedSpan.Judgement("verdict", null, null, random.nextBoolean())
              : new PlannedSpan.Judgement(
                  "verdict", null, List.of("pass", "Fail", "maybe").get(random.nextInt(3)), null);
      case 3 -> new PlannedSpan.Judgement("fluency", random.nextInt(1_001) / 1_000.0, null, null);
      default -> new PlannedSpan.Judgement("afterthought", random.nextInt(101) / 100.0, null, null);
    };
  }
}
