package io.floorkeeper.trial;

import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyReader;
import io.floorkeeper.policy.QualityFloor;
import java.util.List;
import java.util.Locale;

/**
 * A policy for models that no policy file describes: one tier each, every role alike. A model's
 * catalogue price is such that {@link #USUAL_TOKENS} tokens cost what a call of it costs on
 * average, which is what a team reads from a price list; how a role's calls differ from that is
 * learned.
 */
public final class GeneratedPolicy {
  /** Input tokens of an average call; a dearer call has more. */
  public static final long USUAL_TOKENS = 1_000;

  private GeneratedPolicy() {}

  /** The tokens that a call of this cost has, on a model of this mean cost. */
  public static long tokens(double costUsd, double meanCostUsd) {
    return meanCostUsd > 0 ? Math.round(USUAL_TOKENS * costUsd / meanCostUsd) : 0;
  }

  /**
   * @param models cheapest first, strongest last
   * @param meanCostUsd of a call, by model
   * @param priorMeans of quality, by model; empty: the policy's default
   */
  public static Policy of(
      List<String> roles,
      List<String> models,
      double[] meanCostUsd,
      List<Double> priorMeans,
      QualityFloor.Kind floorKind,
      double floor,
      double labelRate) {
    return of(roles, List.of(), models, meanCostUsd, priorMeans, floorKind, floor, labelRate);
  }

  /**
   * @param contexts that the tasks of every role are told apart by, as collaborations; empty: by
   *     nothing
   * @see #of(List, List, double[], List, QualityFloor.Kind, double, double)
   */
  public static Policy of(
      List<String> roles,
      List<String> contexts,
      List<String> models,
      double[] meanCostUsd,
      List<Double> priorMeans,
      QualityFloor.Kind floorKind,
      double floor,
      double labelRate) {
    StringBuilder yaml = new StringBuilder("tiers:\n");
    for (int k = 0; k < models.size(); k++) {
      yaml.append("  - name: generated-").append(k).append('\n');
      yaml.append("    models:\n");
      yaml.append("      - name: \"").append(models.get(k)).append("\"\n");
      yaml.append("        provider: generated\n");
      yaml.append("        price: {input_usd_per_million: ")
          .append(price(meanCostUsd[k]))
          .append(", output_usd_per_million: 0}\n");
    }
    yaml.append("defaults:\n  strategy: learn\n  learning: learn\n");
    yaml.append("  preset: generated-").append(models.size() - 1).append('\n');
    yaml.append("  floor: {")
        .append(floorKind == QualityFloor.Kind.ABSOLUTE ? "quality" : "relative_to_reference")
        .append(": ")
        .append(floor)
        .append("}\n");
    if (!priorMeans.isEmpty()) {
      yaml.append("  prior_means: ").append(priorMeans).append('\n');
    }
    if (!contexts.isEmpty()) {
      yaml.append("  context: {collaborations: [");
      for (int c = 0; c < contexts.size(); c++) {
        yaml.append(c == 0 ? "\"" : ", \"").append(contexts.get(c).replace("\"", "")).append('"');
      }
      yaml.append("]}\n");
    }
    yaml.append("  label_rate: ").append(labelRate).append('\n');
    yaml.append("  expected_tokens: {input: ").append(USUAL_TOKENS).append(", output: 0}\n");
    yaml.append("  graduation: {min_traces: 0}\nroles:\n");
    for (String role : roles) {
      yaml.append("  \"").append(role.replace("\"", "")).append("\": {}\n");
    }
    return PolicyReader.read(yaml.toString(), "generated");
  }

  private static String price(double meanCostUsd) {
    return String.format(Locale.ROOT, "%.9f", meanCostUsd / USUAL_TOKENS * 1e6);
  }
}
