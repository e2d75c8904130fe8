package io.floorkeeper.trial;

import io.floorkeeper.bandit.ArmBelief;
import io.floorkeeper.bandit.ArmBounds;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.posterior.RoleEvidence;
import io.floorkeeper.routing.InProcessRouter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ChengBetaSampler;
import org.apache.commons.rng.sampling.distribution.SharedStateContinuousSampler;

/**
 * A rule of the literature on the service's own beliefs: the same evidence, priors, costs, floors
 * and wish for labels as ours; only the choice differs.
 */
final class RivalPlayer implements Player {

  /** What a rule sees of a role, as of the last snapshot. */
  static final class View {
    final List<ArmBelief> beliefs;
    final ArmBounds bounds;
    final long calls;
    private final UniformRandomProvider random;
    private final SharedStateContinuousSampler[] samplers;

    View(List<ArmBelief> beliefs, ArmBounds bounds, long calls, UniformRandomProvider random) {
      this.beliefs = beliefs;
      this.bounds = bounds;
      this.calls = calls;
      this.random = random;
      this.samplers = new SharedStateContinuousSampler[beliefs.size()];
    }

    int size() {
      return beliefs.size();
    }

    double floor() {
      return bounds.floor();
    }

    double mean(int k) {
      return beliefs.get(k).quality().mean();
    }

    /** Labels and prior. */
    double weight(int k) {
      return beliefs.get(k).quality().a() + beliefs.get(k).quality().b();
    }

    double costUsd(int k) {
      return beliefs.get(k).cost().meanUsd();
    }

    /** Of the strongest candidate: the unit of the rules that add dollars and quality up. */
    double costShare(int k) {
      double unit = costUsd(size() - 1);
      return unit > 0 ? costUsd(k) / unit : 0;
    }

    /** A quality by chance from the posterior. */
    double sampled(int k) {
      if (samplers[k] == null) {
        samplers[k] =
            ChengBetaSampler.of(random, beliefs.get(k).quality().a(), beliefs.get(k).quality().b());
      }
      return samplers[k].sample();
    }
  }

  /** A choice and what it remembers of one role. */
  interface Rule {
    /**
     * @param draw for those alone that are told something in hindsight
     */
    int choose(View view, Draw draw, UniformRandomProvider random);

    default void paid(View view, int candidate, double costUsd) {}

    default void labelled(View view, int candidate, double quality) {}
  }

  private final Supplier<Rule> rules;
  private final Map<String, Rule> ruleOf = new HashMap<>();
  private final Map<String, View> views = new HashMap<>();
  private final Map<String, RoleEvidence> seen = new HashMap<>();
  private final UniformRandomProvider random;
  private PolicyBook.Published policy;
  private PosteriorSnapshot evidence = PosteriorSnapshot.EMPTY;

  RivalPlayer(Supplier<Rule> rules, UniformRandomProvider random) {
    this.rules = rules;
    this.random = random;
  }

  @Override
  public void follow(PolicyBook.Published changed) {
    policy = changed;
    seen.clear();
    publish(evidence);
  }

  @Override
  public void publish(PosteriorSnapshot snapshot) {
    evidence = snapshot;
    policy
        .policy()
        .roles()
        .forEach(
            (name, role) -> {
              RoleEvidence now = snapshot.role(policy.numbers().roleNo(name));
              RoleEvidence before = seen.put(name, now);
              if (before == null || before.epoch() != now.epoch()) {
                views.put(name, view(role, now));
              }
            });
  }

  private View view(RolePolicy role, RoleEvidence now) {
    List<ArmBelief> beliefs = InProcessRouter.beliefs(policy, role, now);
    QualityFloor floor = role.floor().orElseThrow();
    double delta = 1 - floor.confidence();
    ArmBounds bounds =
        floor.kind() == QualityFloor.Kind.ABSOLUTE
            ? ArmBounds.absolute(beliefs, floor.value(), delta)
            : ArmBounds.relative(beliefs, floor.value(), delta);
    return new View(beliefs, bounds, now.calls(), random);
  }

  @Override
  public int choose(Draw draw, UniformRandomProvider drawing) {
    return rule(draw.role()).choose(views.get(draw.role()), draw, drawing);
  }

  private Rule rule(String role) {
    return ruleOf.computeIfAbsent(role, r -> rules.get());
  }

  @Override
  public boolean wantsLabel(String role, int candidate) {
    return !views.get(role).bounds.proven(candidate);
  }

  @Override
  public void paid(String role, int candidate, double costUsd) {
    rule(role).paid(views.get(role), candidate, costUsd);
  }

  @Override
  public void labelled(String role, int candidate, double quality) {
    rule(role).labelled(views.get(role), candidate, quality);
  }
}
