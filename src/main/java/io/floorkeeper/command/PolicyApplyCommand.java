package io.floorkeeper.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.policy.InvalidPolicyException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Publishes a document. */
@Command(
    name = "apply",
    description = {
      "Publishes a policy as the next version.",
      "With --if-match nothing is published where another version is in force than the one that you"
          + " have seen; without it the version in force is asked for a moment before."
    },
    mixinStandardHelpOptions = true)
final class PolicyApplyCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "A file, a folder, or the name of a preset.")
  private String file;

  @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Why; kept.")
  private String reason;

  @Option(
      names = "--if-match",
      paramLabel = "DIGEST",
      description = "Digest of the version that this one shall replace.")
  private String ifMatch;

  @Mixin private PolicyServer.Options server;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try {
      String document = PolicyCommand.document(file);
      PolicyServer remote = server.server();
      String expected = ifMatch != null ? ifMatch : remote.digestInForce();
      print(out, remote.put(document, expected, reason));
      return ExitCode.OK;
    } catch (InvalidPolicyException e) {
      PolicyFindings.print(spec.commandLine().getErr(), e.findings());
      return ExitCode.SOFTWARE;
    } catch (PolicyServer.RefusedException e) {
      e.print(spec.commandLine().getErr());
      return ExitCode.SOFTWARE;
    }
  }

  static void print(PrintWriter out, JsonNode answer) {
    String version = "version " + answer.path("version").asInt();
    if (answer.path("changed").asBoolean()) {
      out.println(version + " is in force, digest " + answer.path("digest").asText());
      PolicyDiffCommand.print(out, PolicyDiffCommand.lines(answer));
    } else {
      out.println(version + " says the same and is in force already");
    }
    out.flush();
  }
}
