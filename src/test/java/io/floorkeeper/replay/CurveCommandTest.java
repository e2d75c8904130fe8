package io.floorkeeper.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CurveCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path data;

  @BeforeEach
  void outcomesOfTwoModels() throws IOException {
    StringBuilder csv = new StringBuilder("task_id,group,model,quality,cost_usd\n");
    for (int i = 0; i < 100; i++) {
      csv.append("t").append(i).append(i < 50 ? ",easy,small,1,.1\n" : ",hard,small,0,.1\n");
      csv.append("t").append(i).append(i < 50 ? ",easy,big,1,.9\n" : ",hard,big,1,.9\n");
    }
    data = Files.writeString(folder.resolve("outcomes.csv"), csv);
  }

  @Test
  void itPrintsATableAndWritesTheSameAsJson() throws IOException {
    // Given
    Path json = folder.resolve("curve.json");

    // When
    int exitCode = run("--strong", "big", "--weak", "small", "--seeds", "2", "--json", "" + json);

    // Then
    assertThat(exitCode).isZero();
    assertThat(out.toString())
        .contains("100 tasks in 2 role(s)", "APGR")
        .containsPattern("limit: the roles' means known +0.750 +25.0 % +40.0 %");
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(report.at("/learned/apgr").asDouble()).isBetween(.4, .75);
    assertThat(report.at("/roles_known/cpt50").asDouble()).isEqualTo(25);
    assertThat(report.at("/seeds").size()).isEqualTo(2);
    assertThat(report.at("/points/0/lambda").asDouble()).isEqualTo(-.2);
  }

  @Test
  void whatCannotBeDoneIsToldInOneLine() {
    assertThat(run("--strong", "small", "--weak", "big")).isEqualTo(1);
    assertThat(run("--strong", "big", "--weak", "tiny")).isEqualTo(1);
    assertThat(run("--strong", "big", "--weak", "big")).isEqualTo(2);
    assertThat(run("--strong", "big", "--weak", "small", "--seeds", "0")).isEqualTo(2);
    assertThat(err.toString())
        .contains("no gap to recover", "has no row of model tiny", "two models", "--seeds");

    data = folder.resolve("absent.csv");
    assertThat(run("--strong", "big", "--weak", "small")).isEqualTo(1);
    assertThat(err.toString()).contains("no such file");
  }

  private int run(String... options) {
    String[] arguments = new String[options.length + 2];
    arguments[0] = "--data";
    arguments[1] = data.toString();
    System.arraycopy(options, 0, arguments, 2, options.length);
    return new CommandLine(new CurveCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
