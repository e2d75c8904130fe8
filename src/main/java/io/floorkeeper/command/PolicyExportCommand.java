package io.floorkeeper.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Fetches a version's document. */
@Command(
    name = "export",
    description = "Writes the document of the version in force, or of another, as it was written.")
final class PolicyExportCommand implements Callable<Integer> {

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description = "Its number (default: the one in force).")
  private Integer version;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean help;

  @Option(names = "-o", paramLabel = "FILE", description = "Where to (default: standard output).")
  private Path file;

  @Mixin private PolicyServer.Options server;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try {
      String document = server.server().document(version);
      if (file == null) {
        spec.commandLine().getOut().print(document);
        spec.commandLine().getOut().flush();
      } else {
        Files.writeString(file, document);
      }
      return ExitCode.OK;
    } catch (PolicyServer.RefusedException e) {
      e.print(spec.commandLine().getErr());
      return ExitCode.SOFTWARE;
    }
  }
}
