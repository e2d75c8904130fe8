package io.floorkeeper.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Recomputes the chains. Exit code 1: there are findings, or it could not be done. */
@Command(name = "verify", description = "Recomputes every chain of a period.")
final class AuditVerifyCommand implements Callable<Integer> {

  @Mixin private AuditServer server;

  @Option(names = "--json", description = "Print the whole answer.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean help;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    AuditServer.Answer answer = server.get("/audit/verify", Map.of(), "application/json");
    if (!answer.isThere()) {
      spec.commandLine().getErr().println(answer.problem());
      return ExitCode.SOFTWARE;
    }
    JsonNode report = answer.json();
    if (json) {
      out.println(report.toPrettyString());
    } else {
      print(out, report);
    }
    out.flush();
    return report.path("intact").asBoolean() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static void print(PrintWriter out, JsonNode report) {
    out.printf(
        "%s: %d decisions, %d marks, %d anchors and %d operator events recomputed, %d policy versions"
            + " and %d kill switch rows compared with them, in %d ms%n",
        report.path("intact").asBoolean()
            ? "intact"
            : report.at("/findings/total").asLong() + " findings",
        report.path("decisions").asLong(),
        report.path("marks").asLong(),
        report.path("anchors").asLong(),
        report.path("events").asLong(),
        report.path("policy_versions").asLong(),
        report.path("switches").asLong(),
        report.path("took_millis").asLong());
    out.printf(
        "no findings: %d decisions on their way, %d records behind the last anchor of their chain,"
            + " %d decisions from before there were chains%n",
        report.path("pending_decisions").asLong(),
        report.path("unanchored").asLong(),
        report.path("unchained_decisions").asLong());
    report
        .at("/findings/by_kind")
        .properties()
        .forEach(kind -> out.printf("  %-22s %d%n", kind.getKey(), kind.getValue().asLong()));
    report
        .at("/findings/shown")
        .forEach(
            finding ->
                out.printf(
                    "- %s %s: %s (expected %s, found %s)%n",
                    finding.path("kind").asText(),
                    finding.has("decision_id")
                        ? finding.path("decision_id").asText()
                        : finding.has("chain")
                            ? finding.path("chain").asText()
                                + ":"
                                + finding.path("position").asLong()
                            : "(" + finding.path("count").asLong() + ")",
                    finding.path("what").asText(),
                    finding.path("expected").asText("-"),
                    finding.path("found").asText("-")));
  }
}
