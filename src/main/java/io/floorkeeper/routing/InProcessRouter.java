package io.floorkeeper.routing;

import io.floorkeeper.bandit.ArmBelief;
import io.floorkeeper.bandit.ContextVerdict;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The service's own decision path without the service: the same builder, the same router, evidence
 * and randomness handed in. For replays and simulations; for one thread.
 */
public final class InProcessRouter {
  private PolicyBook.Published published;
  private PosteriorSnapshot posteriors = PosteriorSnapshot.EMPTY;
  private final DecisionKeys keys =
      new DecisionKeys(Map.of(DecisionId.UNSTORED_KEY, new byte[DecisionId.BYTES]));
  private final AllocationBuilder builder =
      new AllocationBuilder(
          (role, why) -> {
            throw why;
          });
  private final Router router = new Router(0, Long.MAX_VALUE, Long.MAX_VALUE);
  private AllocationSnapshot snapshot;
  private long sequence;

  /**
   * What was chosen.
   *
   * @param candidate index among the role's candidates in the policy
   * @param evaluate whether the answer asks for a label
   * @param wantsLabel whether it does so besides the base rate
   * @param bucket that the decision belongs to; 0: no context
   * @param context how the task was told apart from others of its role; null: by nothing
   * @param block the evidence block that the decision belongs to
   * @param shadow what stood behind a shadowed decision; null where the bandit answers
   */
  public record Chosen(
      int candidate,
      String tier,
      String reason,
      double propensity,
      boolean evaluate,
      boolean wantsLabel,
      long epoch,
      int bucket,
      RouteAnswer.Context context,
      int block,
      Shadow shadow) {

    /** Whether the allocation was not the role's own. */
    public boolean byContext() {
      return context != null && context.inForce();
    }
  }

  /**
   * What the decision log keeps of a shadowed decision, by candidate; 0: not eligible.
   *
   * @param rules the rules' probabilities
   * @param reference the strongest that was eligible
   * @param bandit the bandit's probabilities
   * @param served those with which the candidate that was served was drawn
   */
  public record Shadow(
      int reference, long mask, double[] rules, double[] bandit, double[] served) {}

  /**
   * @param published with numbers for its roles and arms
   */
  public InProcessRouter(PolicyBook.Published published) {
    this.published = published;
    publish(PosteriorSnapshot.EMPTY);
  }

  /** Puts the next snapshot in force; roles whose epoch did not move keep their allocation. */
  public void publish(PosteriorSnapshot latest) {
    posteriors = latest;
    snapshot =
        builder.build(
            AllocationSnapshot.Source.LIVE, published, posteriors, keys, Map.of(), snapshot);
  }

  /** Puts another policy in force, over the evidence that is there. */
  public void follow(PolicyBook.Published changed) {
    published = changed;
    publish(posteriors);
  }

  /** What the service believes of a role's candidates, in their order. */
  public static List<ArmBelief> beliefs(
      PolicyBook.Published published, RolePolicy role, RoleEvidence evidence) {
    return ArmViews.of(published.numbers(), role, evidence).stream().map(ArmView::belief).toList();
  }

  /** Decides for a role, from the snapshot in force. */
  public Chosen decide(String role, UniformRandomProvider random, long nowMillis) {
    return decide(role, null, random, nowMillis);
  }

  /**
   * Decides for a role within a collaboration.
   *
   * @param collaboration null: none is said
   */
  public Chosen decide(
      String role, String collaboration, UniformRandomProvider random, long nowMillis) {
    RouteRequest request =
        new RouteRequest(
            role, collaboration, null, null, null, null, null, null, null, null, null, null);
    Decision decision =
        router.decide(request, Caller.LOCAL, snapshot, random, nowMillis, sequence++);
    return new Chosen(
        decision.candidate(),
        decision.arm().arm().tier(),
        decision.reason().toString(),
        decision.propensity(),
        decision.evaluate(),
        wantsLabel(decision),
        decision.id().epoch(),
        decision.id().bucket(),
        decision.routes().told(),
        decision.id().block(),
        decision.isShadowed() ? shadow(decision) : null);
  }

  private static Shadow shadow(Decision decision) {
    long left = decision.shadowMask();
    double[] bandit = new double[decision.routes().arms().size()];
    double[] served = new double[bandit.length];
    double[] rules = new double[bandit.length];
    for (int k = 0; k < bandit.length; k++) {
      if ((left & 1L << k) != 0) {
        bandit[k] = decision.banditPropensity(k);
        rules[k] = decision.rulesPropensity(k);
        served[k] = decision.servedPropensity(k);
      }
    }
    return new Shadow(Long.SIZE - 1 - Long.numberOfLeadingZeros(left), left, rules, bandit, served);
  }

  /** Why a role is, or is not, routed by context; empty where its policy has none. */
  public Optional<ContextVerdict> contextOf(String role) {
    return Optional.ofNullable(snapshot.routes(role).context()).map(ContextRoutes::verdict);
  }

  private static boolean wantsLabel(Decision decision) {
    MaskAllocation allocation = decision.allocation();
    boolean drawn = !decision.isShadowed() || decision.reason() == Reason.EXPLORED;
    return drawn
        && allocation != null
        && allocation.wantsLabels(allocation.positionOf(decision.candidate()));
  }
}
