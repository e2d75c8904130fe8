package io.floorkeeper.command;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Goes back to an earlier version. */
@Command(
    name = "rollback",
    description = "Publishes the content of an earlier version as the next one.",
    mixinStandardHelpOptions = true)
final class PolicyRollbackCommand implements Callable<Integer> {

  @Option(names = "--to", paramLabel = "VERSION", required = true, description = "Its number.")
  private int version;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept.")
  private String reason;

  @Option(
      names = "--if-match",
      paramLabel = "DIGEST",
      description = "Digest of the version that shall be replaced.")
  private String ifMatch;

  @Mixin private PolicyServer.Options server;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try {
      PolicyServer remote = server.server();
      String expected = ifMatch != null ? ifMatch : remote.digestInForce();
      PolicyApplyCommand.print(
          spec.commandLine().getOut(), remote.rollback(version, expected, reason));
      return ExitCode.OK;
    } catch (PolicyServer.RefusedException e) {
      e.print(spec.commandLine().getErr());
      return ExitCode.SOFTWARE;
    }
  }
}
