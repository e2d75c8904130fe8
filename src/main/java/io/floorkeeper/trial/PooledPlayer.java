package io.floorkeeper.trial;

import io.floorkeeper.bandit.DiscountedEvidence;
import io.floorkeeper.bandit.PooledPrior;
import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.Beliefs;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.commons.rng.UniformRandomProvider;

/** Ours with priors that borrow from the other roles: is there anything in it? */
final class PooledPlayer implements Player {
  private final OwnPlayer own = new OwnPlayer(UnaryOperator.identity());
  private PolicyBook.Published policy;

  @Override
  public void follow(PolicyBook.Published changed) {
    policy = changed;
    own.follow(changed);
  }

  @Override
  public void publish(PosteriorSnapshot evidence) {
    Map<String, Map<Integer, PooledPrior.Sibling>> known = new HashMap<>();
    policy
        .policy()
        .roles()
        .forEach(
            (name, role) ->
                known.put(name, siblings(role, evidence.role(policy.numbers().roleNo(name)))));
    own.publish(evidence);
    own.follow(
        new PolicyBook.Published(
            policy.version(),
            policy.policy().withRoles(role -> role.withPriorMeans(means(role, known))),
            policy.numbers(),
            policy.document(),
            policy.source()));
  }

  private Map<Integer, PooledPrior.Sibling> siblings(RolePolicy role, RoleEvidence evidence) {
    Map<Integer, PooledPrior.Sibling> arms = new HashMap<>();
    for (int k = 0; k < role.candidates().size(); k++) {
      DiscountedEvidence sums = Beliefs.sums(policy.numbers(), role, evidence, k);
      arms.put(
          policy.numbers().armNo(role.candidates().get(k)),
          new PooledPrior.Sibling(sums.effectiveLabels(), sums.meanQuality()));
    }
    return arms;
  }

  private List<Double> means(
      RolePolicy role, Map<String, Map<Integer, PooledPrior.Sibling>> known) {
    List<Double> means = new ArrayList<>();
    for (int k = 0; k < role.candidates().size(); k++) {
      Arm arm = role.candidates().get(k);
      List<PooledPrior.Sibling> others = new ArrayList<>();
      known.forEach(
          (name, arms) -> {
            PooledPrior.Sibling sibling = arms.get(policy.numbers().armNo(arm));
            if (sibling != null && !name.equals(role.name())) {
              others.add(sibling);
            }
          });
      means.add(PooledPrior.mean(role.priorMeans().get(k), others));
    }
    return means;
  }

  @Override
  public int choose(Draw draw, UniformRandomProvider random) {
    return own.choose(draw, random);
  }

  @Override
  public int bucket() {
    return own.bucket();
  }

  @Override
  public boolean byContext() {
    return own.byContext();
  }

  @Override
  public boolean wantsLabel(String role, int candidate) {
    return own.wantsLabel(role, candidate);
  }
}
