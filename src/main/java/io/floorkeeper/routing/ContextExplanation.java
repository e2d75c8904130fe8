package io.floorkeeper.routing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.bandit.ContextGain;
import io.floorkeeper.bandit.ContextVerdict;
import java.util.Locale;

/** Why a role is, or is not, routed by context: the rule and its figures. */
final class ContextExplanation {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ContextExplanation() {}

  /** The verdict, and the bucket where the routes are of one. */
  static ObjectNode of(RoleRoutes routes) {
    ContextRoutes context = routes.context();
    ContextVerdict verdict = context.verdict();
    ObjectNode node = JSON.objectNode();
    node.put("use", context.definition().use().name().toLowerCase(Locale.ROOT));
    node.put("status", verdict.status().name().toLowerCase(Locale.ROOT));
    node.put("in_force", verdict.inForce());
    node.put("why", why(verdict));
    node.put("labels", verdict.labels());
    node.put("stable_labels", ContextVerdict.STABLE_LABELS);
    if (verdict.callsSinceReset().isPresent()) {
      node.put("calls_since_reset", verdict.callsSinceReset().getAsLong());
    } else {
      node.putNull("calls_since_reset");
    }
    node.put("buckets_split", verdict.split());
    node.put("log_bayes_factor", verdict.mostLogBayesFactor());
    node.put("log_bayes_factor_needed", verdict.logThreshold());
    if (verdict.gain().isPresent()) {
      ContextGain gain = verdict.gain().get();
      ObjectNode told = node.putObject("predicted_gain");
      told.put("usd_per_call", gain.gainUsd());
      told.put("usd_per_call_low", gain.lowUsd());
      told.put("usd_per_call_high", gain.highUsd());
      told.put("role_usd_per_call", gain.roleUsd());
      told.put("quality", gain.qualityGain());
    } else {
      node.putNull("predicted_gain");
    }
    if (routes.slot() >= 0) {
      node.set("bucket", bucket(context.buckets().get(routes.slot())));
    }
    return node;
  }

  /** Every bucket with its figures and, where it is not the role's, its allocation. */
  static ArrayNode buckets(RoleRoutes role) {
    ArrayNode nodes = JSON.arrayNode();
    for (RoleRoutes routes : role.bySlot()) {
      ObjectNode node = bucket(role.context().buckets().get(routes.slot()));
      if (role.context().verdict().inForce()) {
        node.set("candidates", Explanation.candidates(routes, routes.allocations().get(0)));
      }
      nodes.add(node);
    }
    return nodes;
  }

  private static ObjectNode bucket(ContextRoutes.Bucket bucket) {
    ObjectNode node = JSON.objectNode();
    node.put("bucket", bucket.bucketNo());
    node.put("holds", bucket.meaning());
    node.put("routed_by", bucket.told().routedBy());
    node.put("share", bucket.share());
    node.put("labels", bucket.labels());
    node.put("log_bayes_factor", bucket.logBayesFactor());
    node.put("differs", bucket.split());
    return node;
  }

  private static String why(ContextVerdict verdict) {
    return switch (verdict.status()) {
      case OFF -> "the policy has it off, or the role does not learn yet";
      case UNSTABLE ->
          "the role's baseline is not stable: too few labels, an arm reset of late, or a floor that"
              + " is not known yet";
      case ALIKE -> "no bucket's labels say that it differs from the others";
      case NO_GAIN -> "buckets differ, but telling them apart saves nothing at the same floor";
      case IN_FORCE -> "buckets differ, and telling them apart is predicted to pay";
    };
  }
}
