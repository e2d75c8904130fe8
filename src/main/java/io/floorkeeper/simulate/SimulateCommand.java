package io.floorkeeper.simulate;

import io.floorkeeper.trial.Contender;
import io.floorkeeper.trial.Contenders;
import io.floorkeeper.trial.Standing;
import io.floorkeeper.trial.StandingFiles;
import io.floorkeeper.trial.StandingTable;
import io.floorkeeper.trial.Tournament;
import io.floorkeeper.trial.Trial;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code simulate}: invented worlds with known truth. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Tries Floorkeeper and its rivals in invented worlds whose truth is known: a scenario many times"
          + " over, or many random problems once each.",
      "All contenders see the same tasks and are labelled by the same rule."
    })
public final class SimulateCommand implements Callable<Integer> {
  static final List<String> NAMES =
      List.of(
          "clear-winner",
          "tight-floor",
          "drift",
          "price-cut",
          "new-model",
          "dear-labels",
          "strong-context",
          "idle-context",
          "no-context");

  @Spec CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  What what;

  /** One of the two. */
  static final class What {
    @Option(
        names = "--scenario",
        required = true,
        description =
            "a YAML file, or one of clear-winner, tight-floor, drift (the reference scenarios),"
                + " price-cut, new-model, dear-labels, strong-context, idle-context, no-context")
    String scenario;

    @Option(
        names = "--problems",
        required = true,
        description = "so many problems of the generator, one run each")
    Integer problems;
  }

  @Option(names = "--runs", defaultValue = "20", description = "of a scenario (default: 20)")
  int runs;

  @Option(
      names = "--tasks",
      paramLabel = "FEWEST-MOST",
      defaultValue = "20000",
      description = "of a problem: 20000, or 50-500 for short streams (default: 20000)")
  String tasks;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "of the first run, or of the series of problems (default: 1)")
  long seed;

  @Option(
      names = "--compare",
      split = ",",
      defaultValue = "all",
      description = "as of replay; the first against all others (default: all)")
  List<String> contenders;

  @Option(
      names = "--no-drift-resets",
      description = "an arm that drifts from its own baseline keeps its older evidence")
  boolean noDriftResets;

  @Option(names = "--json", description = "write the standings to this file")
  Path json;

  @Option(
      names = "--csv",
      description = "write the table to this file, and the curves beside it (-curves)")
  Path csv;

  @Option(names = "--plots", description = "write five plots (SVG) to this directory")
  Path plots;

  @Override
  public Integer call() throws IOException {
    check(runs >= 1, "--runs must be 1 or more");
    check(
        what.scenario == null || !spec.commandLine().getParseResult().hasMatchedOption("--tasks"),
        "--tasks goes with --problems");
    check(
        what.problems == null || !spec.commandLine().getParseResult().hasMatchedOption("--runs"),
        "--runs goes with --scenario");
    List<Contender> chosen;
    try {
      chosen = Contenders.named(contenders);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--compare: " + e.getMessage());
    }
    List<Tournament.Heat> heats;
    String title;
    try {
      if (what.scenario != null) {
        ScenarioWorld world = new ScenarioWorld(scenario(what.scenario));
        Trial trial = new Trial(world, world.labels(), world.snapshotCalls(), !noDriftResets);
        heats = Tournament.heats(trial, seed, runs);
        title = world.name() + ", runs from seed " + seed;
      } else {
        heats = problems();
        title = what.problems + " problems of series " + seed + ", " + tasks + " tasks each";
      }
    } catch (ScenarioReader.InvalidScenarioException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    } catch (NoSuchFileException e) {
      spec.commandLine().getErr().println("no such file: " + e.getFile());
      return 1;
    }
    List<Standing> standings = Tournament.of(heats, chosen, progress(chosen.size() * heats.size()));
    spec.commandLine().getOut().println(title);
    spec.commandLine().getOut().print(StandingTable.of(standings));
    spec.commandLine().getOut().flush();
    StandingFiles.write(standings, json, csv, plots);
    return 0;
  }

  static Scenario scenario(String name) throws IOException {
    if (!NAMES.contains(name)) {
      return ScenarioReader.read(Files.readString(Path.of(name)), name);
    }
    try (InputStream in =
        SimulateCommand.class.getResourceAsStream("/scenarios/" + name + ".yaml")) {
      return ScenarioReader.read(new String(in.readAllBytes(), StandardCharsets.UTF_8), name);
    }
  }

  private List<Tournament.Heat> problems() {
    String[] range = tasks.split("-", -1);
    int fewest;
    int most;
    try {
      fewest = Integer.parseInt(range[0].strip());
      most = Integer.parseInt(range[range.length - 1].strip());
    } catch (NumberFormatException e) {
      throw new ParameterException(spec.commandLine(), "--tasks must be N or FEWEST-MOST");
    }
    check(
        range.length <= 2 && fewest >= 1 && most >= fewest,
        "--tasks must be N or FEWEST-MOST, above 0");
    check(what.problems >= 1, "--problems must be 1 or more");
    List<Tournament.Heat> heats = new ArrayList<>();
    for (int i = 0; i < what.problems; i++) {
      ScenarioWorld world = new ScenarioWorld(ProblemGenerator.problem(seed, i, fewest, most));
      heats.add(
          new Tournament.Heat(
              new Trial(world, world.labels(), world.snapshotCalls(), !noDriftResets),
              seed * 1_000_003L + i));
    }
    return heats;
  }

  /** A line to the error stream each tenth. */
  private IntConsumer progress(int all) {
    return done -> {
      if (done * 10 / all > (done - 1) * 10 / all) {
        spec.commandLine().getErr().printf("%d of %d runs%n", done, all);
        spec.commandLine().getErr().flush();
      }
    };
  }

  private void check(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
