package io.floorkeeper.replay;

import io.floorkeeper.policy.Policy;
import io.floorkeeper.trial.Contenders;
import io.floorkeeper.trial.LabelRule;
import io.floorkeeper.trial.Trial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The same replay without a service: the service's policy, router, allocation and evidence in one
 * process, seeded and exact, thousands of times faster. A snapshot is published every {@code lag}
 * calls.
 */
final class OfflineReplay {
  private final OutcomeData data;
  private final Policy policy;
  private final Map<String, OutcomeData.Task> tasks = new HashMap<>();

  /**
   * @throws LiveService.RefusedException where policy and data do not fit
   */
  OfflineReplay(OutcomeData data, Policy policy) {
    this.data = data;
    this.policy = policy;
    data.tasks().forEach(task -> tasks.put(task.id(), task));
    new OutcomeWorld("", data, policy, 1, 1);
  }

  /** At the policy's own label rate. */
  LiveReplay.Result run(LiveReplay.Plan plan) {
    double labelRate =
        policy.roles().values().stream().mapToDouble(r -> r.labelRate()).max().orElse(1);
    OutcomeWorld world = new OutcomeWorld("", data, policy, plan.passes(), plan.limit());
    List<LiveReplay.Step> steps = new ArrayList<>();
    new Trial(world, LabelRule.atRate(labelRate), plan.lag(), true)
        .run(
            Contenders.own(),
            plan.seed(),
            (draw, candidate, chosen) ->
                steps.add(
                    new LiveReplay.Step(
                        draw.phase(),
                        tasks.get(draw.task()),
                        world.model(draw.role(), candidate),
                        chosen.tier(),
                        chosen.reason(),
                        chosen.epoch())));
    return new LiveReplay.Result(steps, 0, steps.size());
  }
}
