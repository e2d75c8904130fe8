package io.floorkeeper.command;

import io.floorkeeper.ingest.CallPrices;
import io.floorkeeper.ingest.Dialects;
import io.floorkeeper.ingest.InvalidDialectException;
import io.floorkeeper.ingest.PayloadExplanation;
import io.floorkeeper.ingest.PayloadFile;
import io.floorkeeper.ingest.SpanExplainer;
import io.floorkeeper.policy.InvalidPolicyException;
import io.floorkeeper.policy.PolicyPresets;
import io.floorkeeper.pricing.Catalogue;
import io.floorkeeper.pricing.CatalogueReader;
import io.floorkeeper.pricing.InvalidCatalogueException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What each span of a payload is taken for, and why; by the same classes that the streams use. */
@Command(
    name = "explain",
    description = {
      "Tells of each span or log record what it is taken for and why: dialect, model, tokens, cost,"
          + " role and evaluations, each with the attribute that it came from.",
      "Reads OTLP in protobuf or JSON: a batch, a batch on each line, or what kcat -J writes; plain or"
          + " gzip. Prompts are skipped, here as anywhere.",
      "Exit code 1 where anything would become a dead letter, as far as the payload shows it. Not"
          + " known without the service: whether a decision id was signed by it (forged_decision_id),"
          + " and whether the calls of that day are forgotten already (too_old)."
    },
    mixinStandardHelpOptions = true)
final class IngestExplainCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "A file; - is the standard input.")
  private String file;

  @Option(
      names = "--dialects",
      paramLabel = "FILE",
      description = "Dialects of your own besides: files or folders, as the service has them.")
  private List<Path> dialects = new ArrayList<>();

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      defaultValue = PolicyPresets.DEFAULT,
      description =
          "By whose models and prices calls are priced: a file, a folder or a preset;"
              + " ${DEFAULT-VALUE} where none is said, as in the service.")
  private String policy;

  @Option(
      names = "--prices",
      paramLabel = "FILE",
      description = "A price catalogue in the shape of genai-prices v2.")
  private Path prices;

  @Option(names = "--json", description = "Print one JSON object for each span.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    SpanExplainer explainer;
    try {
      explainer = new SpanExplainer(Dialects.bundled().with(dialects), prices());
    } catch (InvalidDialectException | InvalidCatalogueException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return ExitCode.USAGE;
    } catch (InvalidPolicyException e) {
      PolicyFindings.print(spec.commandLine().getErr(), e.findings());
      return ExitCode.USAGE;
    }
    PrintWriter out = spec.commandLine().getOut();
    ExplanationPrinter printer =
        json ? new ExplanationPrinter.Json(out) : new ExplanationPrinter.Words(out);
    byte[] bytes = file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
    boolean troubled = false;
    for (byte[] payload : PayloadFile.payloads(bytes)) {
      PayloadExplanation explanation = explainer.explain(payload);
      printer.print(explanation);
      troubled |= ExplanationPrinter.isTroubled(explanation);
    }
    printer.end();
    out.flush();
    return troubled ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  private CallPrices prices() throws IOException {
    return new CallPrices(
        PolicyValidateCommand.read(policy),
        prices == null ? Catalogue.NONE : CatalogueReader.read(Files.readAllBytes(prices)));
  }
}
