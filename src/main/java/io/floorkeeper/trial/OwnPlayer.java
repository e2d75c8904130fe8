package io.floorkeeper.trial;

import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.routing.InProcessRouter;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.apache.commons.rng.UniformRandomProvider;

/** The service's own policy, builder and router. */
final class OwnPlayer implements Player {
  /** Decisions carry a time; in a trial it means nothing, and must be one that an id can hold. */
  private static final long NOW_MILLIS = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  private final UnaryOperator<PolicyBook.Published> changes;
  private InProcessRouter router;
  private InProcessRouter.Chosen last;

  /**
   * @param changes what is tried is the world's policy, changed so
   */
  OwnPlayer(UnaryOperator<PolicyBook.Published> changes) {
    this.changes = changes;
  }

  @Override
  public void follow(PolicyBook.Published policy) {
    PolicyBook.Published changed = inForce(policy);
    if (router == null) {
      router = new InProcessRouter(changed);
    } else {
      router.follow(changed);
    }
  }

  @Override
  public PolicyBook.Published inForce(PolicyBook.Published policy) {
    return changes.apply(policy);
  }

  @Override
  public void publish(PosteriorSnapshot evidence) {
    router.publish(evidence);
  }

  @Override
  public int choose(Draw draw, UniformRandomProvider random) {
    last = router.decide(draw.role(), draw.context(), random, NOW_MILLIS);
    return last.candidate();
  }

  @Override
  public boolean wantsLabel(String role, int candidate) {
    return last.wantsLabel();
  }

  @Override
  public int bucket() {
    return last.bucket();
  }

  @Override
  public boolean byContext() {
    return last.byContext();
  }

  /** The latest decision. */
  InProcessRouter.Chosen last() {
    return last;
  }
}
