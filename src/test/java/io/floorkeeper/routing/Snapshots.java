package io.floorkeeper.routing;

import io.floorkeeper.bandit.BlockEvidence;
import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.PolicyReader;
import io.floorkeeper.policy.Tier;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.posterior.RoleEvidence;
import io.floorkeeper.posterior.RoleSpend;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Snapshots of tests: a policy as people write it, evidence in labels, and the real builder.
 *
 * <p>Roles are numbered from 11 and arms from 1, both in the order of the document. At the tokens
 * that a role is expected to use a call costs $.003 on the small tier, $.009 on the mid one and
 * $.045 at the frontier.
 */
final class Snapshots {
  static final long NOW = 1_790_000_000_000L;
  static final int VERSION = 7;
  static final int EPOCH = 41;
  static final int BLOCK = 5;

  static final int SMALL = 1;
  static final int MID = 2;
  static final int FRONTIER = 3;

  static final DecisionKeys KEYS = keys(3);

  static final String TIERS =
      """
      tiers:
        - name: small
          models:
            - name: haiku
              provider: anthropic
              price: {input_usd_per_million: 1, output_usd_per_million: 5}
        - name: mid
          models:
            - name: sonnet
              provider: anthropic
              price: {input_usd_per_million: 3, output_usd_per_million: 15}
        - name: frontier
          models:
            - name: opus
              provider: anthropic
              price: {input_usd_per_million: 15, output_usd_per_million: 75}
      defaults: {floor: {quality: 0.9}, graduation: {min_traces: 0}}
      """;

  private Snapshots() {}

  /** One role that learns from its first call, with these settings besides. */
  static PolicyBook.Published worker(String settings) {
    return published("roles: {worker: " + settings + "}");
  }

  /** Three tiers and what {@code rest} says: roles at least. */
  static PolicyBook.Published published(String rest) {
    return numbered(TIERS + rest + "\n");
  }

  static PolicyBook.Published numbered(String document) {
    Policy policy = PolicyReader.read(document, "test.yaml");
    Map<String, Integer> roles = new LinkedHashMap<>();
    policy.roles().keySet().forEach(role -> roles.put(role, 11 + roles.size()));
    Map<String, Integer> arms = new LinkedHashMap<>();
    for (Tier tier : policy.tiers()) {
      tier.models().forEach(m -> arms.put(tier.name() + "/" + m.name(), 1 + arms.size()));
    }
    return new PolicyBook.Published(
        VERSION, policy, new Numbers(roles, arms), document, "test.yaml");
  }

  /** A policy that no database has numbered yet. */
  static PolicyBook.Published unnumbered(PolicyBook.Published published) {
    return new PolicyBook.Published(
        0, published.policy(), Numbers.NONE, published.document(), published.source());
  }

  /** Keys of which {@code signing} signs; each secret is that of its number. */
  static DecisionKeys keys(Integer... numbers) {
    return new DecisionKeys(
        Arrays.stream(numbers)
            .collect(
                Collectors.toMap(
                    Function.identity(),
                    n ->
                        ("secret of number " + (100 + n) + " in 32 bytes")
                            .getBytes(StandardCharsets.US_ASCII))));
  }

  /** What labels of weight 1 said of an arm. */
  static ArmEvidence labelled(int armNo, int labels, int passed) {
    BigInteger weights = BigInteger.valueOf(labels).multiply(BigInteger.valueOf(Evidence.ONE));
    BigInteger squares = weights.multiply(BigInteger.valueOf(Evidence.ONE));
    BigInteger qualities =
        BigInteger.valueOf(passed).multiply(BigInteger.valueOf(Evidence.ONE * Evidence.ONE));
    return arm(
        armNo,
        new Evidence(
            labels,
            labels,
            weights,
            squares,
            qualities,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            BigInteger.ZERO,
            BigInteger.ZERO,
            0,
            0,
            0));
  }

  static ArmEvidence arm(int armNo, Evidence sums) {
    return new ArmEvidence(0, armNo, List.of(new BlockEvidence(BLOCK, 0, 0, sums)), Map.of());
  }

  /** Evidence of the first role of the document. */
  static RoleEvidence evidence(ArmEvidence... arms) {
    return evidence(11, 500, EPOCH, arms);
  }

  static RoleEvidence evidence(int roleNo, long calls, long epoch, ArmEvidence... arms) {
    return new RoleEvidence(roleNo, calls, epoch, BLOCK, List.of(arms));
  }

  /** A role whose small arm is refuted against .9, whose mid arm is proven, and no word of opus. */
  static RoleEvidence midIsProven() {
    return evidence(labelled(SMALL, 400, 280), labelled(MID, 400, 388));
  }

  /** A role whose allocation gives every arm a share worth drawing. */
  static RoleEvidence undecided() {
    return evidence(labelled(SMALL, 40, 35), labelled(MID, 40, 36), labelled(FRONTIER, 40, 38));
  }

  static PosteriorSnapshot posteriors(RoleEvidence... roles) {
    return new PosteriorSnapshot(
        Arrays.stream(roles).collect(Collectors.toMap(RoleEvidence::roleNo, Function.identity())),
        NOW - 500);
  }

  /** What the first role of the document has spent today, and where it did in runs. */
  static AllocationSnapshot spending(
      PolicyBook.Published published, RoleSpend spend, RoleEvidence... roles) {
    return new AllocationBuilder((role, why) -> {})
        .build(
            AllocationSnapshot.Source.LIVE,
            published,
            new PosteriorSnapshot(posteriors(roles).roles(), NOW - 500, Map.of(11, spend)),
            KEYS,
            Map.of(),
            null);
  }

  /** The snapshot that the database's evidence, read half a second ago, gives. */
  static AllocationSnapshot of(PolicyBook.Published published, RoleEvidence... roles) {
    return of(published, Map.of(), roles);
  }

  static AllocationSnapshot of(
      PolicyBook.Published published, Map<String, Set<Long>> wantedMasks, RoleEvidence... roles) {
    return new AllocationBuilder((role, why) -> {})
        .build(
            AllocationSnapshot.Source.LIVE, published, posteriors(roles), KEYS, wantedMasks, null);
  }
}
