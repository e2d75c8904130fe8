package io.floorkeeper.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.policy.InvalidPolicyException;
import io.floorkeeper.policy.PolicyDiff;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What a change means, in words. */
@Command(
    name = "diff",
    description = {
      "Tells in words what changes from one policy to another: two files, folders or presets; or,"
          + " with --server, one against the version in force there, with what its arms have learned.",
      "What loosens a pin stands first."
    },
    mixinStandardHelpOptions = true)
final class PolicyDiffCommand implements Callable<Integer> {

  @Parameters(
      arity = "1..2",
      paramLabel = "POLICY",
      description = "Files, folders or presets: from and to; with --server only to.")
  private List<String> policies;

  @Option(
      names = "--exit-code",
      description = "Exit code 1 where anything changes, as git diff has it.")
  private boolean tellByExitCode;

  @Mixin private PolicyServer.Options server;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    boolean online = server.isNamed();
    if (policies.size() != (online ? 1 : 2)) {
      throw new ParameterException(
          spec.commandLine(),
          online
              ? "With --server one policy is compared with the version in force."
              : "Two policies are compared; or one with the version in force, with --server URL.");
    }
    List<String> changes;
    try {
      changes = online ? online() : offline();
    } catch (InvalidPolicyException e) {
      PolicyFindings.print(spec.commandLine().getErr(), e.findings());
      return ExitCode.SOFTWARE;
    } catch (PolicyServer.RefusedException e) {
      e.print(spec.commandLine().getErr());
      return ExitCode.SOFTWARE;
    }
    print(spec.commandLine().getOut(), changes);
    return tellByExitCode && !changes.isEmpty() ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  private List<String> offline() throws IOException {
    return PolicyDiff.between(
            PolicyValidateCommand.read(policies.get(0)),
            PolicyValidateCommand.read(policies.get(1)),
            Optional.empty())
        .lines();
  }

  private List<String> online() throws IOException, InterruptedException {
    String document = PolicyCommand.document(policies.get(0));
    return lines(server.server().post("/policy/diff", document));
  }

  static List<String> lines(JsonNode answer) {
    List<String> lines = new ArrayList<>();
    answer.path("changes").forEach(line -> lines.add(line.asText()));
    return lines;
  }

  static void print(PrintWriter out, List<String> changes) {
    if (changes.isEmpty()) {
      out.println("nothing that changes a decision");
    }
    changes.forEach(out::println);
    out.flush();
  }
}
