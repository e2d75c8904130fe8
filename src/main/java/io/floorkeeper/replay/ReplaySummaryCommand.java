package io.floorkeeper.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replay-summary}: several replays of one data set, one per seed, in one table. */
@Command(
    name = "replay-summary",
    mixinStandardHelpOptions = true,
    description =
        "Averages what several replays (one per seed) wrote with --json: mean and standard deviation"
            + " between seeds. A single seed swings by several points: never quote one alone.")
public final class ReplaySummaryCommand implements Callable<Integer> {

  @Spec CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "reports of replay --json")
  List<Path> files;

  @Override
  public Integer call() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<JsonNode> reports = new ArrayList<>();
    for (Path file : files) {
      JsonNode report;
      try {
        report = json.readTree(file.toFile());
      } catch (JsonProcessingException e) {
        report = json.createObjectNode(); // told below
      }
      if (!report.has("passes") || !report.has("totals")) {
        spec.commandLine().getErr().println(file + ": is no report of replay --json");
        return 1;
      }
      reports.add(report);
    }
    print(spec.commandLine().getOut(), reports);
    return 0;
  }

  /** The averages of reports in the form of {@code replay --json}. */
  static void print(PrintWriter out, List<JsonNode> reports) {
    JsonNode first = reports.get(0);
    out.printf(
        "%d seed(s) of %s, lag %d, floor %s of the strongest; mean (standard deviation between seeds)%n",
        reports.size(),
        first.at("/setup/data").asText(),
        first.at("/setup/lag").asInt(),
        first.at("/setup/floor").asText());
    for (int p = 0; p < first.path("passes").size(); p++) {
      String pass = "/passes/" + p;
      print(out, "pass " + (p + 1), reports, pass + "/saved/value", pass + "/expected_quality");
    }
    print(out, "all", reports, "/totals/saved/value", "/totals/expected_quality");
    print(
        out,
        "share of the limit",
        reports,
        "/totals/saved_share_of_fixed_arm_limit",
        "/totals/saved_share_of_mixture_limit");
    for (JsonNode a : first.path("alternatives")) {
      out.printf(
          Locale.ROOT,
          "  %-52s saves %5.1f %% at quality %.3f%n",
          a.path("name").asText(),
          100 * a.path("saved").asDouble(),
          a.path("quality").asDouble());
    }
    roles(out, reports);
    out.flush();
  }

  private static void print(
      PrintWriter out, String what, List<JsonNode> reports, String first, String second) {
    SummaryStatistics a = statistics(reports, first);
    SummaryStatistics b = statistics(reports, second);
    if (what.startsWith("share")) {
      out.printf(
          Locale.ROOT,
          "%-20s one arm per role %.2f (%.2f), mixture %.2f (%.2f)%n",
          what,
          a.getMean(),
          a.getStandardDeviation(),
          b.getMean(),
          b.getStandardDeviation());
    } else {
      out.printf(
          Locale.ROOT,
          "%-20s saved %.1f %% (%.1f), expected quality %.3f (%.3f)%n",
          what,
          100 * a.getMean(),
          100 * a.getStandardDeviation(),
          b.getMean(),
          b.getStandardDeviation());
    }
  }

  private static SummaryStatistics statistics(List<JsonNode> reports, String pointer) {
    SummaryStatistics statistics = new SummaryStatistics();
    reports.forEach(r -> statistics.addValue(r.at(pointer).asDouble()));
    return statistics;
  }

  private static void roles(PrintWriter out, List<JsonNode> reports) {
    Map<String, List<JsonNode>> byRole = new LinkedHashMap<>();
    reports.forEach(
        r ->
            r.path("roles")
                .forEach(
                    role ->
                        byRole
                            .computeIfAbsent(role.path("role").asText(), n -> new ArrayList<>())
                            .add(role)));
    out.printf(
        "%-32s %9s %9s %8s %12s %8s%n", "role", "expected", "floor", "kept", "within .02", "saved");
    byRole.forEach(
        (role, rows) ->
            out.printf(
                Locale.ROOT,
                "%-32s %9.3f %9.3f %5d/%-2d %9d/%-2d %6.1f %%%n",
                role,
                statistics(rows, "/expected_quality").getMean(),
                rows.get(0).path("floor_quality").asDouble(),
                rows.stream().filter(r -> r.path("kept").asBoolean()).count(),
                rows.size(),
                rows.stream().filter(r -> r.path("kept_within_tolerance").asBoolean()).count(),
                rows.size(),
                100
                    * (1
                        - statistics(rows, "/cost_usd").getSum()
                            / statistics(rows, "/frontier_usd").getSum())));
  }
}
