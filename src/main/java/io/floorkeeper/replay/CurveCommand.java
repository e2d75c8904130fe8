package io.floorkeeper.replay;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code curve}: two models, and quality against the share of calls to the stronger one. */
@Command(
    name = "curve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Quality against the share of calls to the stronger of two models, as RouteLLM scores routers:"
          + " APGR, CPT50, CPT80.",
      "Thompson sampling learns online with the group of the data as role, from a cold start, and sees"
          + " only the outcome of the model that it chose. The role is given to it: a router that has"
          + " to tell it from the prompt has a harder task."
    })
public final class CurveCommand implements Callable<Integer> {

  @Spec CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      description =
          "CSV, plain or .gz, one row per task and model: task_id,group,model,quality,cost_usd;"
              + " group is the role; rows with contaminated=1 are left out")
  Path data;

  @Option(
      names = "--strong",
      defaultValue = "gpt-4-1106-preview",
      description = "model of the data (default: ${DEFAULT-VALUE})")
  String strong;

  @Option(
      names = "--weak",
      defaultValue = "mistralai/Mixtral-8x7B-Instruct-v0.1",
      description = "model of the data (default: ${DEFAULT-VALUE})")
  String weak;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "of the first shuffle and its draws (default: 1)")
  long seed;

  @Option(
      names = "--seeds",
      defaultValue = "3",
      description = "so many runs, from --seed on; the curve is their mean (default: 3)")
  int seeds;

  @Option(names = "--json", description = "write the report to this file")
  Path json;

  @Override
  public Integer call() throws IOException {
    check(seeds >= 1, "--seeds must be 1 or more");
    check(!strong.equals(weak), "--strong and --weak must be two models");
    try {
      OutcomeData outcomes = OutcomeData.read(data, List.of(weak, strong));
      CurveReport report = CurveReport.of(data.getFileName().toString(), outcomes, seed, seeds);
      spec.commandLine().getOut().print(report.table());
      spec.commandLine().getOut().flush();
      if (json != null) {
        JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValue(json.toFile(), report);
      }
      return 0;
    } catch (OutcomeData.InvalidDataException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    } catch (NoSuchFileException e) {
      spec.commandLine().getErr().println("no such file: " + e.getFile());
      return 1;
    }
  }

  private void check(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
