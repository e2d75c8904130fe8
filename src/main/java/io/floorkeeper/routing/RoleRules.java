package io.floorkeeper.routing;

import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.policy.Rule;

/** What a policy's rules say of a request. Pure. */
final class RoleRules {
  private RoleRules() {}

  /** With the complexity that the role's rules see in it, where it says none itself. */
  static RouteRequest classified(RouteRequest request, RolePolicy role) {
    if (role.classifier().isEmpty() || request.complexity() != null) {
      return request;
    }
    RouteRequest.Context context = request.context();
    String complexity =
        context == null
            ? null
            : role.classifier()
                .get()
                .rules()
                .of(context.inputTokens(), context.tools(), context.depth());
    return complexity == null ? request : request.withComplexity(complexity);
  }

  /** The first rule that matches; null where none does, or the role has no use for rules. */
  static Rule first(RouteRequest request, RolePolicy role, Policy policy) {
    if (role.strategy() == RolePolicy.Strategy.FIXED) {
      return null;
    }
    for (int i = 0; i < policy.rules().size(); i++) {
      Rule rule = policy.rules().get(i);
      RouteRequest.Context context = request.context();
      if (rule.conditions()
          .hold(
              request.role(),
              role.name(),
              request.step(),
              request.collaboration(),
              request.complexity(),
              context == null ? null : context.inputTokens(),
              context == null ? null : context.tools(),
              context == null ? null : context.depth(),
              request.tags())) {
        return rule;
      }
    }
    return null;
  }
}
