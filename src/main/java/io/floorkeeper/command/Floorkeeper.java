package io.floorkeeper.command;

import io.floorkeeper.access.KeysCommand;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.StartRefusedException;
import io.floorkeeper.replay.CurveCommand;
import io.floorkeeper.replay.ReplayCommand;
import io.floorkeeper.replay.ReplaySummaryCommand;
import io.floorkeeper.simulate.SimulateCommand;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/**
 * The entry point of the jar: reads the command and runs it. Only {@code serve} boots Quarkus; any
 * other command starts as fast as a small program.
 *
 * <p>A command is a class of this package, entered in {@code subcommands} below. Exit codes: 0
 * done, 1 failed, 2 called wrongly, 3 the data folder is in use; 130 and 143 a server that was
 * stopped by Ctrl-C (SIGINT) or SIGTERM and closed in order.
 */
@QuarkusMain
@Command(
    name = "floorkeeper",
    description =
        "Tells an orchestrator which model tier each agent role deserves before every LLM call.",
    mixinStandardHelpOptions = true,
    versionProvider = Floorkeeper.Version.class,
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Without a command: serve."},
    subcommands = {
      ServeCommand.class,
      PolicyCommand.class,
      AuditCommand.class,
      KeysCommand.class,
      IngestCommand.class,
      RebuildCommand.class,
      ReplayCommand.class,
      ReplaySummaryCommand.class,
      CurveCommand.class,
      SimulateCommand.class
    })
public final class Floorkeeper {

  private static final List<String> ANSWERED_HERE = List.of("-h", "--help", "-V", "--version");

  Floorkeeper() {}

  public static void main(String... arguments) {
    int exitCode = commandLine().execute(withDefaultCommand(arguments));
    ApplicationLifecycleManager.getDefaultExitCodeHandler().accept(exitCode, null);
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Floorkeeper());
    line.setExecutionExceptionHandler(
        (exception, failed, parsed) -> {
          if (exception instanceof StartRefusedException refused) {
            failed.getErr().println(refused.getMessage());
            return refused.exitCode();
          }
          if (exception instanceof IOException unreadable) {
            failed.getErr().println(inWords(unreadable));
            return failed.getCommandSpec().exitCodeOnExecutionException();
          }
          exception.printStackTrace(failed.getErr());
          return failed.getCommandSpec().exitCodeOnExecutionException();
        });
    return line;
  }

  /** A file that is not there, no gzip, no JSON: the user's to mend, so no stack trace. */
  private static String inWords(IOException e) {
    return e instanceof NoSuchFileException missing
        ? "no such file: " + missing.getFile()
        : "cannot be read or written: " + Causes.briefly(e);
  }

  /** {@code floorkeeper --port 9000} means {@code floorkeeper serve --port 9000}. */
  static String[] withDefaultCommand(String... arguments) {
    boolean named =
        arguments.length > 0
            && (!arguments[0].startsWith("-") || ANSWERED_HERE.contains(arguments[0]));
    if (named) {
      return arguments;
    }
    List<String> completed = new ArrayList<>(List.of("serve"));
    completed.addAll(Arrays.asList(arguments));
    return completed.toArray(String[]::new);
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Floorkeeper.class.getPackage().getImplementationVersion();
      return new String[] {"floorkeeper " + (version == null ? "(not packaged)" : version)};
    }
  }
}
