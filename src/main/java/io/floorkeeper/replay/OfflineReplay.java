package io.floorkeeper.replay;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.routing.InProcessRouter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * The same replay without a service: the service's policy, router, allocation and evidence in one
 * process, seeded and exact, thousands of times faster. A snapshot is published every {@code lag}
 * calls.
 */
final class OfflineReplay {
  private static final long NANOS_PER_USD = 1_000_000_000L;

  private final OutcomeData data;
  private final Policy policy;
  private final Numbers numbers;

  /**
   * @throws LiveService.RefusedException where policy and data do not fit
   */
  OfflineReplay(OutcomeData data, Policy policy) {
    this.data = data;
    this.policy = policy;
    Map<String, Integer> roles = new HashMap<>();
    Map<String, Integer> arms = new HashMap<>();
    for (RolePolicy role : policy.roles().values()) {
      roles.put(role.name(), roles.size() + 1);
      for (Arm arm : role.candidates()) {
        arms.putIfAbsent(arm.key(), arms.size() + 1);
      }
    }
    numbers = new Numbers(roles, arms);
    Set<String> unknown = new HashSet<>();
    for (OutcomeData.Task task : data.tasks()) {
      RolePolicy role = policy.roles().get(task.role());
      if (role == null) {
        unknown.add(task.role());
      } else if (!data.models()
          .containsAll(role.candidates().stream().map(a -> a.model().name()).toList())) {
        throw new LiveService.RefusedException(
            "the data has no outcomes for some candidate of role "
                + role.name()
                + ": "
                + role.candidates().stream().map(a -> a.model().name()).toList());
      }
    }
    if (!unknown.isEmpty()) {
      throw new LiveService.RefusedException("the policy has no role for the groups " + unknown);
    }
  }

  LiveReplay.Result run(LiveReplay.Plan plan) {
    InProcessRouter router =
        new InProcessRouter(new PolicyBook.Published(1, policy, numbers, "", "replay"));
    MemoryEvidence evidence = new MemoryEvidence();
    UniformRandomProvider random = RandomSource.L64_X128_MIX.create(plan.seed());
    Random shuffles = new Random(plan.seed());
    List<LiveReplay.Step> steps = new ArrayList<>();
    long now = System.currentTimeMillis();
    for (int pass = 1; pass <= plan.passes(); pass++) {
      List<OutcomeData.Task> order = new ArrayList<>(data.tasks());
      Collections.shuffle(order, shuffles);
      for (OutcomeData.Task task : order) {
        if (steps.size() == plan.limit()) {
          break;
        }
        if (steps.size() % plan.lag() == 0) {
          router.publish(evidence.snapshot(now));
        }
        InProcessRouter.Chosen chosen = router.decide(task.role(), random, now);
        Arm arm = policy.roles().get(task.role()).candidates().get(chosen.candidate());
        int model = data.models().indexOf(arm.model().name());
        evidence.add(
            numbers.roleNo(task.role()),
            numbers.armNo(arm),
            chosen.block(),
            evidence(task.outcomes().get(model), chosen.evaluate()));
        steps.add(
            new LiveReplay.Step(pass, task, model, chosen.tier(), chosen.reason(), chosen.epoch()));
      }
    }
    return new LiveReplay.Result(steps, 0, steps.size());
  }

  private static Evidence evidence(OutcomeData.Outcome outcome, boolean labelled) {
    Evidence evidence =
        Evidence.episode().plus(Evidence.dollars(Math.round(outcome.costUsd() * NANOS_PER_USD)));
    if (outcome.inputTokens() >= 0) {
      evidence =
          evidence.plus(Evidence.tokens(outcome.inputTokens(), 0, 0, outcome.outputTokens(), 0));
    }
    if (labelled) {
      evidence =
          evidence.plus(Evidence.label(Evidence.ONE, Math.round(outcome.quality() * Evidence.ONE)));
    }
    return evidence;
  }
}
