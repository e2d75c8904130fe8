package io.floorkeeper.replay;

import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.trial.Draw;
import io.floorkeeper.trial.GeneratedPolicy;
import io.floorkeeper.trial.World;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/**
 * Recorded outcomes as a world: every pass is all tasks in a seeded shuffle, a phase is a pass, the
 * truth of a role, or of a context within it, is its means over the data.
 */
final class OutcomeWorld implements World {
  private final String name;
  private final OutcomeData data;
  private final PolicyBook.Published policy;
  private final int passes;
  private final int limit;
  private double[] scaledByUsd;
  private SilentRegression regression;
  private final Map<String, Role> groups = new HashMap<>();
  private final Map<String, Role> worse = new HashMap<>();

  /** A task's candidates are columns of the data. */
  private record Role(int[] models, double[] meanQuality, double[] meanCostUsd, double floor) {}

  /**
   * For a while one model's outcomes are another's, and nobody was told.
   *
   * @param model that the policy routes to
   * @param becomes a model of the data
   * @param from the first call, counted from 0
   * @param to the first call at which it is itself again
   */
  record SilentRegression(String model, String becomes, int from, int to) {}

  /** The same tasks with a regression. */
  OutcomeWorld with(SilentRegression silent) {
    OutcomeWorld regressed = new OutcomeWorld(name, data, policy.policy(), passes, limit);
    regressed.scaledByUsd = scaledByUsd;
    regressed.regression = silent;
    data.byGroup()
        .forEach(
            (group, tasks) ->
                regressed.worse.put(group, regressed.worse(groups.get(group), tasks)));
    return regressed;
  }

  private Role worse(Role usual, List<OutcomeData.Task> tasks) {
    int[] models = usual.models.clone();
    for (int k = 0; k < models.length; k++) {
      if (models[k] == data.models().indexOf(regression.model)) {
        models[k] = data.models().indexOf(regression.becomes);
      }
    }
    double[] quality = pick(OutcomeData.meanQuality(tasks, data.models().size()), models);
    double[] costUsd = pick(OutcomeData.meanCostUsd(tasks, data.models().size()), models);
    return new Role(models, quality, costUsd, usual.floor);
  }

  /**
   * @param limit no more calls than that
   * @throws LiveService.RefusedException where policy and data do not fit
   */
  OutcomeWorld(String name, OutcomeData data, Policy policy, int passes, int limit) {
    this.name = name;
    this.data = data;
    this.passes = passes;
    this.limit = Math.min(limit, data.tasks().size() * passes);
    Map<String, Integer> roleNumbers = new HashMap<>();
    Map<String, Integer> armNumbers = new HashMap<>();
    for (RolePolicy role : policy.roles().values()) {
      roleNumbers.put(role.name(), roleNumbers.size() + 1);
      for (Arm arm : role.candidates()) {
        armNumbers.putIfAbsent(arm.key(), armNumbers.size() + 1);
      }
    }
    this.policy =
        new PolicyBook.Published(
            1, policy, new Numbers(roleNumbers, armNumbers).withBucketsOf(policy), "", "replay");
    Set<String> unknown = new HashSet<>();
    data.byGroup()
        .forEach(
            (group, tasks) -> {
              RolePolicy ofRole = policy.roles().get(tasks.get(0).role());
              if (ofRole == null) {
                unknown.add(tasks.get(0).role());
              } else {
                groups.put(group, role(ofRole, tasks));
              }
            });
    if (!unknown.isEmpty()) {
      throw new LiveService.RefusedException("the policy has no role for the groups " + unknown);
    }
  }

  private Role role(RolePolicy role, List<OutcomeData.Task> tasks) {
    int[] models =
        role.candidates().stream().mapToInt(a -> data.models().indexOf(a.model().name())).toArray();
    for (int k = 0; k < models.length; k++) {
      if (models[k] < 0) {
        throw new LiveService.RefusedException(
            "the data has no outcomes for the candidate "
                + role.candidates().get(k).model().name()
                + " of role "
                + role.name());
      }
    }
    QualityFloor floor =
        role.floor()
            .orElseThrow(
                () -> new LiveService.RefusedException("role " + role.name() + " has no floor"));
    double[] quality = pick(OutcomeData.meanQuality(tasks, data.models().size()), models);
    double[] costUsd = pick(OutcomeData.meanCostUsd(tasks, data.models().size()), models);
    double f =
        floor.kind() == QualityFloor.Kind.ABSOLUTE
            ? floor.value()
            : floor.value() * quality[quality.length - 1];
    return new Role(models, quality, costUsd, f);
  }

  private static double[] pick(double[] values, int[] at) {
    double[] picked = new double[at.length];
    for (int k = 0; k < at.length; k++) {
      picked[k] = values[at[k]];
    }
    return picked;
  }

  /**
   * The same tasks under a {@link GeneratedPolicy}, whose catalogue counts in tokens of its own
   * making.
   */
  OutcomeWorld withScaledTokens() {
    OutcomeWorld scaled = new OutcomeWorld(name, data, policy.policy(), passes, limit);
    scaled.scaledByUsd = OutcomeData.meanCostUsd(data.tasks(), data.models().size());
    return scaled;
  }

  @Override
  public String name() {
    return name;
  }

  /** The column of the data that a role's candidate is; of a role without a context. */
  int model(String role, int candidate) {
    return groups.get(role).models[candidate];
  }

  /** The same tasks, under a policy of another version from a call on. */
  World switching(int atCall, UnaryOperator<RolePolicy> before, UnaryOperator<RolePolicy> after) {
    PolicyBook.Published first = changed(before, 1);
    PolicyBook.Published second = changed(after, 2);
    return new World() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Run begin(long seed) {
        OutcomeRun run = new OutcomeRun(seed);
        run.policyAt = drawn -> drawn < atCall ? first : second;
        return run;
      }
    };
  }

  private PolicyBook.Published changed(UnaryOperator<RolePolicy> change, int version) {
    return new PolicyBook.Published(
        version,
        policy.policy().withRoles(change),
        policy.numbers(),
        policy.document(),
        policy.source());
  }

  @Override
  public Run begin(long seed) {
    return new OutcomeRun(seed);
  }

  private final class OutcomeRun implements Run {
    private final Random shuffles;
    private final List<OutcomeData.Task> order = new ArrayList<>();
    private int drawn;
    private int pass;
    private IntFunction<PolicyBook.Published> policyAt = drawnSoFar -> policy;

    OutcomeRun(long seed) {
      this.shuffles = new Random(seed);
    }

    @Override
    public int size() {
      return limit;
    }

    @Override
    public boolean hasNext() {
      return drawn < limit && passes > 0;
    }

    @Override
    public Draw next() {
      int at = drawn % data.tasks().size();
      if (at == 0) {
        order.clear();
        order.addAll(data.tasks());
        Collections.shuffle(order, shuffles);
        pass++;
      }
      OutcomeData.Task task = order.get(at);
      Role usual = groups.get(task.group());
      boolean regressed = regression != null && drawn >= regression.from && drawn < regression.to;
      Role role = regressed ? worse.get(task.group()) : usual;
      drawn++;
      Draw.Candidate[] candidates = new Draw.Candidate[role.models.length];
      for (int k = 0; k < candidates.length; k++) {
        OutcomeData.Outcome outcome = task.outcomes().get(role.models[k]);
        candidates[k] =
            new Draw.Candidate(
                usual.models[k],
                outcome.quality(),
                outcome.costUsd(),
                scaledByUsd == null
                    ? outcome.inputTokens()
                    : GeneratedPolicy.tokens(outcome.costUsd(), scaledByUsd[role.models[k]]),
                scaledByUsd == null ? outcome.outputTokens() : 0,
                role.meanQuality[k],
                role.meanCostUsd[k]);
      }
      return new Draw(pass, task.id(), task.role(), task.context(), candidates, role.floor);
    }

    @Override
    public PolicyBook.Published policy() {
      return policyAt.apply(drawn);
    }
  }
}
