package io.floorkeeper.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Asks for the proof. Exit code 1: it is not proven, or nothing is there to prove, or it could not
 * be asked.
 */
@Command(
    name = "proof",
    description = "Proves that a data class went to, and was seen at, allowed models only.")
final class AuditProofCommand implements Callable<Integer> {

  @Mixin private AuditServer server;

  @Option(
      names = "--data-class",
      required = true,
      paramLabel = "CLASS",
      description = "The data class, as pins name it.")
  private String dataClass;

  @Option(names = "--tenant", paramLabel = "TENANT", description = "One tenant (default: all).")
  private String tenant;

  @Option(names = "--json", description = "JSON instead of a page in Markdown.")
  private boolean json;

  @Option(names = "-o", paramLabel = "FILE", description = "Where to (default: standard output).")
  private Path file;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean help;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, String> query = new HashMap<>();
    query.put("data_class", dataClass);
    if (tenant != null) {
      query.put("tenant", tenant);
    }
    AuditServer.Answer answer =
        server.get("/audit/proof", query, json ? "application/json" : "text/markdown");
    if (!answer.isThere()) {
      spec.commandLine().getErr().println(answer.problem());
      return ExitCode.SOFTWARE;
    }
    if (file == null) {
      // Byte by byte: the last line of a page is a hash of the others.
      spec.commandLine().getOut().print(answer.body());
      if (!answer.body().endsWith("\n")) {
        spec.commandLine().getOut().println();
      }
      spec.commandLine().getOut().flush();
    } else {
      Files.writeString(file, answer.body());
    }
    boolean proven =
        json
            ? answer.json().path("proven").asBoolean()
            : answer.body().lines().anyMatch(line -> line.startsWith("**Proven**"));
    return proven ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
