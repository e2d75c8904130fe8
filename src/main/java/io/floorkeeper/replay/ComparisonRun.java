package io.floorkeeper.replay;

import io.floorkeeper.policy.Policy;
import io.floorkeeper.trial.Contender;
import io.floorkeeper.trial.Standing;
import io.floorkeeper.trial.StandingFiles;
import io.floorkeeper.trial.StandingTable;
import io.floorkeeper.trial.Tournament;
import io.floorkeeper.trial.Trial;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code replay --compare}: contenders on recorded outcomes. */
final class ComparisonRun {
  private final String name;
  private final OutcomeData data;
  private final Policy policy;
  private final Comparison options;

  ComparisonRun(String name, OutcomeData data, Policy policy, Comparison options) {
    this.name = name;
    this.data = data;
    this.policy = policy;
    this.options = options;
  }

  /**
   * @throws LiveService.RefusedException where policy and data do not fit
   * @throws Comparison.InvalidOptionException naming the option
   */
  void run(LiveReplay.Plan plan, int seeds, boolean scaledTokens, Path json, PrintWriter out)
      throws IOException {
    List<Contender> contenders = options.players();
    Policy tried =
        options
            .floor()
            .map(f -> policy.withRoles(role -> role.withFloor(Optional.of(f))))
            .orElse(policy);
    double rate = tried.roles().values().stream().mapToDouble(r -> r.labelRate()).max().orElse(1);
    OutcomeWorld world = new OutcomeWorld(name, data, tried, plan.passes(), plan.limit());
    if (scaledTokens) {
      world = world.withScaledTokens();
    }
    Optional<OutcomeWorld.SilentRegression> regression = options.regression();
    if (regression.isPresent()) {
      world = world.with(regression.get());
    }
    Trial trial = new Trial(world, options.labels(rate), plan.lag(), !options.noDriftResets);
    ProgressBar bar =
        new ProgressBar(System.err, contenders.size() * seeds, System.console() != null);
    List<Standing> standings =
        Tournament.of(Tournament.heats(trial, plan.seed(), seeds), contenders, bar::at);
    out.printf(
        "%s: %d calls a run, seeds %d to %d, %s%n",
        name, plan.limit(), plan.seed(), plan.seed() + seeds - 1, trial.labels());
    out.print(StandingTable.of(standings));
    regression.ifPresent(
        r -> out.print(RegressionTable.of(trial, contenders, plan.seed(), seeds, data, r)));
    out.flush();
    StandingFiles.write(standings, json, options.csv, options.plots);
  }
}
