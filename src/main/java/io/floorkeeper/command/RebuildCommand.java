package io.floorkeeper.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets a running service work everything out again, and tells whether it came to the same. */
@Command(
    name = "rebuild",
    description = {
      "Reads the topics and the recorded facts into empty tables and compares them with the live ones,"
          + " to the last unit. Changes nothing.",
      "The service goes on meanwhile; what is compared is the moment at which this began.",
      "Exit code 0: all is equal. 1: something differs, or could not be read."
    })
final class RebuildCommand implements Callable<Integer> {
  @Mixin private PolicyServer.Options server;

  @Option(
      names = "--keep",
      description = "Leave the rebuilt tables, in the schema floorkeeper_rebuild, for a look.")
  private boolean keep;

  @Option(names = "--json", description = "Print what the service answers.")
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
    JsonNode report;
    try {
      report = server.server().rebuild(keep);
    } catch (PolicyServer.RefusedException e) {
      e.print(spec.commandLine().getErr());
      return ExitCode.SOFTWARE;
    }
    if (json) {
      out.println(report.toPrettyString());
    } else {
      print(out, report);
    }
    out.flush();
    return report.path("equal").asBoolean() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static void print(PrintWriter out, JsonNode report) {
    out.printf(
        "%s: %d records read again, judged in %d generations, %d ms%n",
        report.path("equal").asBoolean() ? "equal" : "NOT equal",
        report.path("records").asLong(),
        report.path("generations").asLong(),
        report.path("took_millis").asLong());
    for (JsonNode one : report.path("compared")) {
      out.printf(
          "  %-18s %8d rows %8d differences%n",
          one.path("name").asText(), one.path("rows").asLong(), one.path("differences").asLong());
      one.path("shown").forEach(row -> out.println("    " + row.asText()));
    }
    report
        .at("/missing/partitions")
        .properties()
        .forEach(
            gone ->
                out.printf(
                    "missing: %d records of %s are beyond the topic's retention%n",
                    gone.getValue().asLong(), gone.getKey()));
    if (report.at("/missing/of_other_topics").asLong() > 0) {
      out.printf(
          "missing: %d records of topics that are not there any more%n",
          report.at("/missing/of_other_topics").asLong());
    }
    if (report.path("unrecorded").asLong() > 0) {
      out.printf(
          "%d records are from before it was recorded what they were judged by%n",
          report.path("unrecorded").asLong());
    }
  }
}
