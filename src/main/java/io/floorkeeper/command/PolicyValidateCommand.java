package io.floorkeeper.command;

import io.floorkeeper.policy.InvalidPolicyException;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyFiles;
import io.floorkeeper.policy.PolicyPresets;
import io.floorkeeper.policy.PriceValidator;
import io.floorkeeper.pricing.CatalogueReader;
import io.floorkeeper.pricing.InvalidCatalogueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** All findings of a document at once. */
@Command(
    name = "validate",
    description = "Tells all that is wrong in a policy at once. Exit code 1 where anything is.",
    mixinStandardHelpOptions = true)
final class PolicyValidateCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "A file, a folder, or the name of a preset.")
  private String file;

  @Option(
      names = "--prices",
      paramLabel = "FILE",
      description =
          "A price file (genai-prices v2) that the policy's catalogue references must be in.")
  private Path prices;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try {
      Policy policy = read(file);
      if (prices != null) {
        PriceValidator.requireKnown(policy, CatalogueReader.read(Files.readAllBytes(prices)));
      }
      spec.commandLine()
          .getOut()
          .printf("valid: %d roles, digest %s%n", policy.roles().size(), policy.digest());
      return ExitCode.OK;
    } catch (InvalidCatalogueException e) {
      e.findings().forEach(finding -> spec.commandLine().getErr().println(prices + ": " + finding));
      return ExitCode.SOFTWARE;
    } catch (InvalidPolicyException e) {
      PolicyFindings.print(spec.commandLine().getErr(), e.findings());
      return ExitCode.SOFTWARE;
    }
  }

  static Policy read(String named) throws IOException {
    return PolicyCommand.isPreset(named)
        ? PolicyPresets.read(named)
        : PolicyFiles.look(Path.of(named)).policy();
  }
}
