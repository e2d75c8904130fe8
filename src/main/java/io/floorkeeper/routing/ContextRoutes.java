package io.floorkeeper.routing;

import io.floorkeeper.bandit.ContextVerdict;
import io.floorkeeper.policy.ContextPolicy;
import java.util.List;

/**
 * How a role's requests are told apart, and what is made of it. Immutable.
 *
 * @param buckets by slot of the definition
 */
record ContextRoutes(ContextPolicy definition, ContextVerdict verdict, List<Bucket> buckets) {

  /**
   * A bucket and what is known of it.
   *
   * @param bucketNo 0 where it has no number
   * @param share of the traffic, discounted as evidence is
   * @param labels effective, of all arms together
   * @param logBayesFactor ln BF that its qualities are its own
   * @param split whether the evidence says so; it is heeded where the context is in force
   */
  record Bucket(
      int bucketNo,
      String meaning,
      double share,
      double labels,
      double logBayesFactor,
      boolean split,
      RouteAnswer.Context told) {}

  ContextRoutes {
    buckets = List.copyOf(buckets);
  }

  /** The slot of a request. Allocates nothing. */
  int slot(RouteRequest request) {
    RouteRequest.Context context = request.context();
    return definition.slot(
        request.collaboration(),
        context == null || context.inputTokens() == null
            ? ContextPolicy.UNKNOWN_TOKENS
            : context.inputTokens(),
        context == null ? null : context.complexity());
  }
}
