package io.floorkeeper.command;

import io.floorkeeper.policy.PolicyFiles;
import io.floorkeeper.policy.PolicyPresets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the policy's subcommands have in common; none of them boots Quarkus. */
@Command(
    name = "policy",
    description = {
      "Checks, compares, publishes and takes back policies.",
      "validate and diff of two files need no service."
    },
    mixinStandardHelpOptions = true,
    subcommands = {
      PolicyValidateCommand.class,
      PolicyDiffCommand.class,
      PolicyApplyCommand.class,
      PolicyRollbackCommand.class,
      PolicyExportCommand.class
    })
final class PolicyCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say what to do: validate, diff, apply, rollback or export.");
  }

  /**
   * The text of a file, of a folder as one document, or of a preset where no file has its name.
   *
   * @throws io.floorkeeper.policy.InvalidPolicyException where a folder's files are no one document
   */
  static String document(String named) throws IOException {
    return isPreset(named)
        ? PolicyPresets.document(named)
        : PolicyFiles.look(Path.of(named)).document();
  }

  static boolean isPreset(String named) {
    return PolicyPresets.names().contains(named) && !Files.exists(Path.of(named));
  }
}
