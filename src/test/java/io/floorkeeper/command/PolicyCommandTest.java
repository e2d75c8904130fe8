package io.floorkeeper.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code policy} without a service: 0 done, 1 something is wrong, 2 called wrongly. */
class PolicyCommandTest {
  private static final String POLICY = "src/test/resources/policies/journey.yaml";
  private static final String PRICES = "src/test/resources/prices/small.json";

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aValidPolicyIsToldInOneLine() {
    assertThat(run("validate", POLICY)).isZero();
    assertThat(out.toString()).matches("valid: 4 roles, digest [0-9a-f]{64}\\R");
    assertThat(run("validate", "planner-frontier")).as("a preset").isZero();
  }

  @Test
  void allFindingsComeAtOnceWithSuggestions() throws IOException {
    Path broken =
        write(
            "broken.yaml",
            Files.readString(Path.of(POLICY))
                .replace("preset: frontier", "preset: frontire")
                .replace("quality: .90", "quality: 90"));
    assertThat(run("validate", broken.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("finding(s):", "roles.critic.floor.quality: ", "preset: ", "    -> ");
  }

  @Test
  void referencesAreLookedUpInThePriceFileThatIsNamed() throws IOException {
    Path policy =
        write(
            "typo.yaml",
            "tiers: [{name: a, models: [{name: m, provider: p, catalogue: acme/anvli-2}]}]\n"
                + "roles: {worker: {floor: {quality: 0.9}}}\n");
    Path broken = write("broken.json", "[]");

    assertThat(run("validate", policy.toString())).as("nobody says against what").isZero();
    assertThat(run("validate", "--prices", PRICES, policy.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("tiers[0].models[0].catalogue", "write 'acme/anvil-2'");
    assertThat(run("validate", "--prices", broken.toString(), policy.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("broken.json: a list of providers is expected");
  }

  @Test
  void twoPoliciesAreComparedInWords() throws IOException {
    Path stricter =
        write(
            "stricter.yaml",
            Files.readString(Path.of(POLICY))
                .replace("models: [grand-1]", "models: [grand-1, medium-1]")
                .replace("relative_to_reference: .95", "relative_to_reference: .97"));
    assertThat(run("diff", POLICY, stricter.toString())).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "PIN LOOSENED: phi-stays-strong: allows medium-1 as well",
            "worker: floor 0.95 of the reference -> 0.97 of the reference; 3 arms kept");
    assertThat(run("diff", "--exit-code", POLICY, stricter.toString())).isEqualTo(1);
    assertThat(run("diff", "--exit-code", POLICY, POLICY)).isZero();
    assertThat(out.toString()).endsWith("nothing that changes a decision" + System.lineSeparator());
  }

  @Test
  void calledWronglyIsTwo() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("diff", POLICY)).isEqualTo(2);
    assertThat(run("diff", POLICY, POLICY, "--server", "http://127.0.0.1:1")).isEqualTo(2);
    assertThat(run("apply", POLICY)).as("a reason is asked for").isEqualTo(2);
    assertThat(run("apply", POLICY, "--reason", "x", "--server", "nonsense")).isEqualTo(2);
    assertThat(run("rollback")).isEqualTo(2);
  }

  @Test
  void whatCannotBeReachedOrReadIsToldInOneLine() {
    assertThat(run("apply", POLICY, "--reason", "x", "--server", "http://127.0.0.1:1"))
        .isEqualTo(1);
    assertThat(run("export", "--server", "http://127.0.0.1:1")).isEqualTo(1);
    assertThat(run("validate", "absent.yaml")).isEqualTo(1);
    assertThat(err.toString().lines())
        .hasSize(3)
        .anyMatch(line -> line.startsWith("no answer from http://127.0.0.1:1: "))
        .anyMatch(line -> line.equals("no such file: absent.yaml"));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private int run(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "policy";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Floorkeeper.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all);
  }
}
