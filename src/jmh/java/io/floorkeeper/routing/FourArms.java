package io.floorkeeper.routing;

import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.LinkedHashMap;
import java.util.Map;

/** Roles of four candidates in four tiers, as many as wanted, all of them learning. */
final class FourArms {
  private static final String POLICY =
      """
      tiers:
        - name: small
          models:
            - {name: haiku, provider: p, price: {input_usd_per_million: 1, output_usd_per_million: 5}}
        - name: mid
          models:
            - {name: sonnet, provider: p, price: {input_usd_per_million: 3, output_usd_per_million: 15}}
        - name: large
          models:
            - {name: opus, provider: p, price: {input_usd_per_million: 15, output_usd_per_million: 75}}
        - name: frontier
          models:
            - {name: titan, provider: p, price: {input_usd_per_million: 30, output_usd_per_million: 150}}
      defaults: {floor: {quality: 0.9}, graduation: {min_traces: 0}}
      roles: {role-0: {}}
      """;

  private FourArms() {}

  static String role(int i) {
    return "role-" + i;
  }

  /** Role i has the number 11 + i, as {@link Snapshots} numbers them. */
  static PolicyBook.Published published(int roles) {
    PolicyBook.Published one = Snapshots.numbered(POLICY);
    RolePolicy first = one.policy().roles().get(role(0));
    Map<String, RolePolicy> policies = new LinkedHashMap<>();
    Map<String, Integer> numbers = new LinkedHashMap<>();
    for (int i = 0; i < roles; i++) {
      policies.put(role(i), first.withName(role(i)));
      numbers.put(role(i), 11 + i);
    }
    Policy policy = one.policy();
    return new PolicyBook.Published(
        one.version(),
        policy.withRoles(policies),
        new Numbers(numbers, one.numbers().arms()),
        one.document(),
        one.source());
  }

  /**
   * 20 to 419 labels an arm, and shares of passes around the floor that differ by role: no two
   * roles among 10,000 take the same way through the quadrature, and none is trivial.
   */
  static RoleEvidence evidence(int i, long epoch) {
    int labels = 20 + (int) ((i * 7919L + epoch) % 400);
    return Snapshots.evidence(
        11 + i,
        500 + i % 4000,
        epoch,
        Snapshots.labelled(1, labels, passed(labels, .84 + .01 * (i % 7))),
        Snapshots.labelled(2, labels, passed(labels, .88 + .01 * (i % 5))),
        Snapshots.labelled(3, labels, passed(labels, .91 + .01 * (i % 3))),
        Snapshots.labelled(4, labels, passed(labels, .94 + .01 * (i % 4))));
  }

  private static int passed(int labels, double share) {
    return (int) Math.round(labels * share);
  }
}
