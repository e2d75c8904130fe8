package io.floorkeeper.routing;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The answer of {@code /route}: a name to call and an id to carry. The call itself never passes
 * through here.
 *
 * @param propensity the exact probability with which this arm was drawn, holdout and control
 *     included; 1 where nothing was drawn
 * @param evaluate whether a label of this call is asked for
 * @param escalation the tiers above, in the order in which they would be climbed
 * @param constraints what narrowed the choice
 * @param context absent where the policy tells the role's requests apart by nothing
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record RouteAnswer(
    String decisionId,
    String tier,
    String model,
    String provider,
    String reason,
    double propensity,
    int policyVersion,
    long epoch,
    String learning,
    boolean evaluate,
    List<String> escalation,
    List<String> constraints,
    Estimate estimate,
    @JsonInclude(JsonInclude.Include.NON_NULL) Context context,
    Instant expiresAt) {

  /**
   * How the request was told apart from others of its role.
   *
   * @param bucket its number; 0: not numbered, which stands for no context
   * @param routedBy {@code role}: all buckets together; {@code pool}: those that do not stand out;
   *     {@code bucket}: its own evidence
   * @param status why: {@code off, unstable, alike, no_gain, in_force}
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @Schema(name = "RoutedContext")
  public record Context(int bucket, String routedBy, String status) {

    /** The status of a context that is in force. */
    static final String IN_FORCE = "in_force";

    boolean inForce() {
      return status.equals(IN_FORCE);
    }
  }

  /**
   * What is known of the chosen arm.
   *
   * @param quality posterior mean; {@code qualityLow} and {@code qualityHigh} the bounds at the
   *     policy's confidence, one-sided each
   * @param labels the effective number of labels behind it; 0: the prior alone
   * @param costUsd posterior mean of dollars per task; null where neither price nor dollars are
   *     known
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Estimate(
      double quality,
      double qualityLow,
      double qualityHigh,
      double labels,
      Double costUsd,
      Double costUsdLow,
      Double costUsdHigh) {}
}
