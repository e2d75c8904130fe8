package io.floorkeeper.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SimulateCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return new CommandLine(new SimulateCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void aNamedScenarioIsOneTable() {
    assertThat(run("--scenario", "new-model", "--runs", "2", "--compare", "own-per-arm,thompson"))
        .isZero();
    assertThat(out.toString())
        .startsWith("new model, runs from seed 1")
        .contains("floorkeeper, per_arm floor", "plain constrained Thompson");
  }

  @Test
  void problemsAreOneRunEach() {
    assertThat(run("--problems", "5", "--tasks", "50-100", "--compare", "own-role,limit-mixture"))
        .isZero();
    assertThat(out.toString()).contains("5 problems of series 1, 50-100 tasks each", "5 run(s)");
  }

  @Test
  void whatCannotBeReadIsToldInALine() throws Exception {
    Path bad = Files.writeString(folder.resolve("bad.yaml"), "name: x\ncalls: 5\n");

    assertThat(run("--scenario", bad.toString())).isEqualTo(1);
    assertThat(run("--scenario", folder.resolve("absent.yaml").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("floor: is required", "no such file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --scenario drift --runs 0               | --runs must be
          --scenario drift --compare nobody       | --compare: 'nobody' is none of
          --problems 0                            | --problems must be
          --problems 3 --tasks many               | --tasks must be N or FEWEST-MOST
          --problems 3 --tasks 9-5                | --tasks must be N or FEWEST-MOST
          --problems 3 --scenario drift           | mutually exclusive
          --problems 3 --runs 5                   | --runs goes with --scenario
          --scenario drift --tasks 500            | --tasks goes with --problems
          """)
  void whatCannotBeMeantIsToldByName(String arguments, String message) {
    assertThat(run(arguments.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }
}
