package io.floorkeeper.replay;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.platform.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Drives a running service with a real outcome data set: for every task it asks {@code /route},
 * looks up what the chosen model truly did on that task, tells it through Kafka, and goes on while
 * at most {@code lag} calls are not yet in the snapshot that {@code /route} answers from.
 */
final class LiveReplay {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /**
   * @param lag in calls, at least 1
   * @param seed of the shuffles; the service draws with its own randomness
   */
  record Plan(int passes, long seed, int lag, int limit) {}

  /** One call that was made. */
  record Step(int pass, OutcomeData.Task task, int model, String tier, String reason, long epoch) {}

  /**
   * @param stepsInEvidence calls that the service holds at the end beyond those it held before
   */
  record Result(List<Step> steps, long callsBefore, long stepsInEvidence) {}

  private final LiveService service;
  private final SpanSender spans;
  private final OutcomeData data;
  private final Map<String, Integer> modelIndex = new HashMap<>();
  private final Set<String> roles = new HashSet<>();

  LiveReplay(LiveService service, SpanSender spans, OutcomeData data) {
    this.service = service;
    this.spans = spans;
    this.data = data;
    data.models().forEach(m -> modelIndex.put(m, modelIndex.size()));
    data.tasks().forEach(t -> roles.add(t.role()));
  }

  /**
   * Runs.
   *
   * @param progress hears of every step
   */
  Result run(Plan plan, Consumer<Integer> progress) {
    checkRoles();
    long before = callsInSnapshot();
    long included = 0;
    List<Step> steps = new ArrayList<>();
    String runId = "replay-" + plan.seed() + "-" + Long.toHexString(System.nanoTime());
    Random shuffles = new Random(plan.seed());
    for (int pass = 1; pass <= plan.passes(); pass++) {
      List<OutcomeData.Task> order = new ArrayList<>(data.tasks());
      Collections.shuffle(order, shuffles);
      for (OutcomeData.Task task : order) {
        if (steps.size() == plan.limit()) {
          break;
        }
        if (steps.size() - included >= plan.lag()) {
          included = await(before, steps.size() - plan.lag() + 1L);
        }
        steps.add(step(pass, task, runId));
        progress.accept(steps.size());
      }
    }
    long inEvidence = await(before, steps.size());
    return new Result(steps, before, inEvidence);
  }

  private Step step(int pass, OutcomeData.Task task, String runId) {
    JsonNode answer = service.route(task.role(), runId, task.id());
    String name = answer.path("model").asText();
    Integer model = modelIndex.get(name);
    if (model == null) {
      throw new LiveService.RefusedException(
          "the service answered with model "
              + name
              + ", of which the data has no outcomes; give the replayed models with --models and"
              + " start the service with a policy that has just these");
    }
    spans.send(
        new SpanSender.CallSpan(
            answer.path("decision_id").asText(),
            task.role(),
            answer.path("provider").asText(),
            name,
            task.outcomes().get(model),
            answer.path("evaluate").asBoolean()));
    return new Step(
        pass,
        task,
        model,
        answer.path("tier").asText(),
        answer.path("reason").asText(),
        answer.path("epoch").asLong());
  }

  private void checkRoles() {
    Set<String> known = new HashSet<>();
    service.roles().path("roles").forEach(r -> known.add(r.path("role").asText()));
    List<String> unknown = roles.stream().filter(r -> !known.contains(r)).sorted().toList();
    if (!unknown.isEmpty()) {
      throw new LiveService.RefusedException(
          "the service's policy has no role for the groups "
              + unknown
              + "; start it with a policy that has (for BFCL: --policy of the preset"
              + " bfcl-claude3)");
    }
  }

  /** Waits until the snapshot holds at least {@code least} calls of this run. */
  private long await(long before, long least) {
    Backoff backoff = new Backoff(Duration.ofMillis(4), Duration.ofMillis(50));
    long endNanos = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      long included = callsInSnapshot() - before;
      if (included >= least) {
        return included;
      }
      if (System.nanoTime() > endNanos || !backoff.pause()) {
        throw new LiveService.RefusedException(
            "the service has learned of "
                + included
                + " calls and should know "
                + least
                + ": do the spans reach it? Look at /q/health (streams) and at the dead letters");
      }
    }
  }

  private long callsInSnapshot() {
    long calls = 0;
    for (JsonNode role : service.roles().path("roles")) {
      if (roles.contains(role.path("role").asText())) {
        calls += role.path("calls").asLong();
      }
    }
    return calls;
  }
}
