package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many candidates a role may have: routing keeps which of them are eligible in 64 bits. */
class PolicyCandidatesTest {

  @Test
  void aRoleMayHaveSixtyFour() {
    assertThat(Documents.findings(document(64, "{}"))).isEmpty();
  }

  @Test
  void aRoleOfMoreIsAFinding() {
    assertThat(Documents.findings(document(65, "{}")))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.path()).isEqualTo("roles.worker.candidates");
              assertThat(finding.message()).contains("at most 64 candidates", "65");
            });
  }

  @Test
  void aPolicyOfMoreModelsNamesThoseThatTheRoleMayUse() {
    assertThat(Documents.findings(document(65, "{candidates: [m0, m64]}"))).isEmpty();
  }

  private static String document(int models, String role) {
    return IntStream.range(0, models)
            .mapToObj(m -> "{name: m" + m + ", provider: p}")
            .collect(Collectors.joining(", ", "tiers: [{name: all, models: [", "]}]\n"))
        + "defaults: {floor: {quality: 0.9}}\nroles: {worker: "
        + role
        + "}\n";
  }
}
