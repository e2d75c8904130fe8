package io.floorkeeper.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is made of telemetry; none of its subcommands boots Quarkus or needs a service. */
@Command(
    name = "ingest",
    description = "Explains what telemetry is taken for.",
    mixinStandardHelpOptions = true,
    subcommands = IngestExplainCommand.class)
final class IngestCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say what to do: explain.");
  }
}
