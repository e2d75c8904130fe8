package io.floorkeeper.policy;

import io.floorkeeper.bandit.HoldoutShare;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the policy says of one role.
 *
 * @param candidates the arms that it may use, in tier order, strongest last; at least one
 * @param presetTier the tier that rules alone would give it; answers while there is no learning
 * @param escalation names of the tiers above, in the order in which they are climbed
 * @param evaluations by which its quality is measured; empty: every evaluation in [0, 1] counts
 *     alike
 * @param errorsCountAsZero whether a call that ended in an error is a label of quality 0
 * @param labelRate the share of its calls that is asked for a label at random, in (0, 1]
 * @param halfLifeCalls in how many of its calls evidence loses half its weight
 * @param exploration eps0 of the ROLE scope and the cap of eps, in [0, 0.5]
 * @param perArmExploration eps of the PER_ARM scope, in [0, 0.5]
 * @param holdoutShare rho, the share of its tasks that goes to the reference arm, to certify
 *     savings
 * @param priorMeans of the candidates' quality, in their order; as many as candidates
 * @param expectedInputTokens the role's token prior per call: prices a cold arm
 * @param context by what its requests are told apart; empty: by nothing but the role
 * @param rewardWait how long an episode waits for labels before it closes
 * @param classifier says how complex a request is that does not say it; empty: nobody does
 * @param checks that its answers have to pass
 * @param maxEscalations how many tiers of its ladder a task may climb, those passed over on the way
 *     to the last but one included
 * @param shadowShare the share of tasks that a role in the shadow draws, so that there is something
 *     to estimate from, in [0, 0.5]
 * @param rewardDefault the quality, in [0, 1], that an episode is taken for which was to be judged
 *     and was not, within {@code rewardWait}; empty: none, a missing label is no label
 */
public record RolePolicy(
    String name,
    Strategy strategy,
    Learning learning,
    List<Arm> candidates,
    String presetTier,
    Optional<QualityFloor> floor,
    CostCeiling ceiling,
    List<String> escalation,
    List<EvaluationRule> evaluations,
    boolean errorsCountAsZero,
    double labelRate,
    double halfLifeCalls,
    double exploration,
    double perArmExploration,
    HoldoutShare holdoutShare,
    double controlShare,
    double fallbackRelativeFloor,
    List<Double> priorMeans,
    long expectedInputTokens,
    long expectedOutputTokens,
    int graduationMinTraces,
    Optional<ContextPolicy> context,
    Duration rewardWait,
    Optional<Classifier> classifier,
    List<Check> checks,
    int maxEscalations,
    double shadowShare,
    Optional<Double> rewardDefault) {

  public RolePolicy {
    candidates = List.copyOf(candidates);
    escalation = List.copyOf(escalation);
    evaluations = List.copyOf(evaluations);
    priorMeans = List.copyOf(priorMeans);
    checks = List.copyOf(checks);
  }

  /** FIXED: the preset tier, always; RULES: conditions; LEARN: the bandit. */
  public enum Strategy {
    FIXED,
    RULES,
    LEARN
  }

  /** OFF: the preset answers; SHADOW: it answers and the bandit's choice is logged; LEARN. */
  public enum Learning {
    OFF,
    SHADOW,
    LEARN
  }

  /** The index of the preset tier's first candidate in {@link #candidates()}, or -1. */
  public int presetIndex() {
    for (int k = 0; k < candidates.size(); k++) {
      if (candidates.get(k).tier().equals(presetTier)) {
        return k;
      }
    }
    return -1;
  }

  /** With other candidates, as many, at the same places. */
  RolePolicy withCandidates(List<Arm> others) {
    return with(name, learning, others, floor, priorMeans, context, shadowShare);
  }

  /** With another floor. */
  public RolePolicy withFloor(Optional<QualityFloor> another) {
    return with(name, another, priorMeans, context);
  }

  /** With other prior means. */
  public RolePolicy withPriorMeans(List<Double> others) {
    return with(name, floor, others, context);
  }

  /** With another context. */
  public RolePolicy withContext(Optional<ContextPolicy> another) {
    return with(name, floor, priorMeans, another);
  }

  /** The same under another name. */
  public RolePolicy withName(String another) {
    return with(another, floor, priorMeans, context);
  }

  /** With learning in another state, and another share drawn in the shadow. */
  public RolePolicy withLearning(Learning another, double anotherShadowShare) {
    return with(name, another, candidates, floor, priorMeans, context, anotherShadowShare);
  }

  private RolePolicy with(
      String anotherName,
      Optional<QualityFloor> another,
      List<Double> means,
      Optional<ContextPolicy> anotherContext) {
    return with(anotherName, learning, candidates, another, means, anotherContext, shadowShare);
  }

  private RolePolicy with(
      String anotherName,
      Learning anotherLearning,
      List<Arm> arms,
      Optional<QualityFloor> another,
      List<Double> means,
      Optional<ContextPolicy> anotherContext,
      double anotherShadowShare) {
    return new RolePolicy(
        anotherName,
        strategy,
        anotherLearning,
        arms,
        presetTier,
        another,
        ceiling,
        escalation,
        evaluations,
        errorsCountAsZero,
        labelRate,
        halfLifeCalls,
        exploration,
        perArmExploration,
        holdoutShare,
        controlShare,
        fallbackRelativeFloor,
        means,
        expectedInputTokens,
        expectedOutputTokens,
        graduationMinTraces,
        anotherContext,
        rewardWait,
        classifier,
        checks,
        maxEscalations,
        anotherShadowShare,
        rewardDefault);
  }
}
