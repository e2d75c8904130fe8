package io.floorkeeper.policy;

import java.util.List;

/** Documents of tests: short, whole, and right but for what the test is about. */
final class Documents {
  static final String TIERS =
      """
      tiers:
        - {name: small, models: [{name: haiku, provider: anthropic}]}
        - {name: mid, models: [{name: sonnet, provider: anthropic}]}
        - {name: frontier, models: [{name: opus, provider: anthropic}]}
      """;

  private Documents() {}

  /** One role, whose floor and all else come from defaults. */
  static String withRole(String role) {
    return TIERS
        + "defaults: {floor: {relative_to_reference: 0.95}}\n"
        + "roles:\n  worker: "
        + role
        + "\n";
  }

  /** A sound policy and one more line of the top level. */
  static String with(String more) {
    return withRole("{}") + more + "\n";
  }

  static String withTiers(String tiers) {
    return "tiers: " + tiers + "\nroles: {worker: {floor: {quality: 0.9}}}\n";
  }

  static RolePolicy worker(String settings) {
    return PolicyReader.read(withRole(settings), "test.yaml").roles().get("worker");
  }

  static List<Finding> findings(String document) {
    try {
      PolicyReader.read(document, "test.yaml");
      return List.of();
    } catch (InvalidPolicyException invalid) {
      return invalid.findings();
    }
  }
}
