package io.floorkeeper.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class IngestCommandTest {
  private static final String CALL =
      "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"0af7651916cd43dd8448eb211c80319c\","
          + "\"spanId\":\"b7ad6b7169203331\",\"name\":\"chat m\",\"startTimeUnixNano\":\"1790000000000000000\","
          + "\"endTimeUnixNano\":\"1790000001000000000\",\"attributes\":["
          + "{\"key\":\"gen_ai.operation.name\",\"value\":{\"stringValue\":\"chat\"}},"
          + "{\"key\":\"gen_ai.request.model\",\"value\":{\"stringValue\":\"m\"}},"
          + "{\"key\":\"gen_ai.input.messages\",\"value\":{\"stringValue\":\"the patient\"}}]}]}]}]}";

  @TempDir Path folder;

  private record Run(int exitCode, String out, String err) {}

  @Test
  void peopleAreToldInWordsAndNoPrompt() throws IOException {
    Run run = explain(CALL);

    assertThat(run.exitCode).isZero();
    assertThat(run.out)
        .contains("span b7ad6b7169203331  MODEL CALL  \"chat m\"")
        .containsPattern("model +m +gen_ai.request.model")
        .containsPattern("tokens +none")
        .endsWith("1 model_call" + System.lineSeparator())
        .doesNotContain("patient");
  }

  @Test
  void machinesAreToldInJsonLineByLine() throws IOException {
    Run run = explain(CALL + "\n" + CALL, "--json");

    JsonNode first = new ObjectMapper().readTree(run.out.lines().findFirst().orElseThrow());
    assertThat(run.out.lines()).hasSize(2);
    assertThat(first.path("taken_for").asText()).isEqualTo("model_call");
    assertThat(first.at("/facts/model/from").asText()).isEqualTo("gen_ai.request.model");
  }

  @Test
  void whatWouldBeADeadLetterFailsTheCommand() throws IOException {
    Run run = explain("{\"spans\":[]}");

    assertThat(run.exitCode).isEqualTo(1);
    assertThat(run.out).contains("payload 1: a dead letter, not_otlp");
  }

  @Test
  void aDialectThatIsNoneIsTold() throws IOException {
    Path dialect = Files.writeString(folder.resolve("mine.json"), "{\"id\":\"mine\"}");

    Run run = explain(CALL, "--dialects", dialect.toString());

    assertThat(run.exitCode).isEqualTo(2);
    assertThat(run.err).contains("mine.json");
  }

  private Run explain(String content, String... options) throws IOException {
    Path file = Files.write(folder.resolve("payload"), content.getBytes(UTF_8));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        Floorkeeper.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] arguments = new String[options.length + 3];
    arguments[0] = "ingest";
    arguments[1] = "explain";
    System.arraycopy(options, 0, arguments, 2, options.length);
    arguments[options.length + 2] = file.toString();
    int exitCode = line.execute(arguments);
    return new Run(exitCode, out.toString(), err.toString());
  }
}
