package io.floorkeeper.attribution;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The answer of {@code /roles/{role}/shadow}: what the bandit would have cost and scored, before it
 * answers. Both axes of a policy always stand together, each with the reason where it has no
 * number.
 *
 * @param learning as the policy has it: off, shadow, learn
 * @param shadowShare the share of tasks that is drawn under the policy in force
 * @param since as asked; absent: from the beginning
 * @param alpha each interval misses this often, as n grows
 * @param happened all shadowed tasks as they were served, the drawn ones included
 * @param rules what the rules alone would have done on the estimated tasks
 * @param shadow what the bandit would have done on them, each task by the allocation of its time
 * @param latest the same on the last third of them
 * @param present what the latest allocation would do; its interval holds although that has learned
 *     from these very tasks, and not for what it goes on to learn
 * @param predicted a model's word on {@code present}, without interval: no claim
 * @param identified what is known where nothing but the rules' arm could be served; absent: all
 *     tasks are estimated
 * @param exploration what the drawn share did, against the rules alone
 * @param method of the intervals
 * @param conclusion in plain words, a sentence each
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "ShadowAnswer")
public record ShadowAnswer(
    String role,
    int policyVersion,
    String learning,
    double shadowShare,
    Instant since,
    double alpha,
    Graduation graduation,
    Sample sample,
    List<ArmSupport> arms,
    Policy happened,
    Policy rules,
    Policy shadow,
    Policy latest,
    Policy present,
    Predicted predicted,
    Identified identified,
    Exploration exploration,
    String method,
    List<String> conclusion) {

  /** Whether the gate to learning stands open: all of it, by the snapshot that routes now. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @Schema(name = "ShadowGraduation")
  public record Graduation(
      boolean passed, long traces, int minTraces, boolean qualityArmed, boolean costArmed) {}

  /**
   * The tasks.
   *
   * @param shadowed first draws of sessions, else of tasks, whose allocation was logged
   * @param repeats later tasks of a session, left out
   * @param seen of which spans came
   * @param labelled with a base label, {@code priced} with all their dollars
   * @param estimated of which every arm that the bandit might have drawn could be served
   * @param unsupportedShare the bandit's mean share on arms that could not be served
   * @param agreedShare its mean share on what the rules might have given
   * @param shift how far the latest third's allocations are from the last one: 0 the same, 1
   *     disjoint. What is still learning is not what it will be
   * @param limit so many of the latest decisions are read
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "ShadowSample")
  public record Sample(
      String unit,
      Instant from,
      Instant to,
      long shadowed,
      long repeats,
      long seen,
      long labelled,
      long priced,
      long estimated,
      double unsupportedShare,
      double agreedShare,
      Double shift,
      int limit,
      boolean truncated) {}

  /**
   * An arm in the shadow.
   *
   * @param banditShare the bandit's mean share along the way, {@code presentShare} of the latest
   *     allocation
   * @param served tasks that ran on it, {@code labelled} of them with a base label
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @Schema(name = "ShadowArm")
  public record ArmSupport(
      String arm, double banditShare, double presentShare, long served, long labelled) {}

  /**
   * A policy, both axes.
   *
   * @param tasks behind it
   * @param qualityChange against the rules alone, points of quality per task
   * @param saving of dollars against the rules alone, signed share
   * @param floor whether it keeps the role's floor: above, below, undecided
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "ShadowPolicy")
  public record Policy(
      long tasks,
      Interval quality,
      Interval costUsd,
      Interval qualityChange,
      Interval saving,
      Verdict floor) {}

  /** A value with its interval, or the reason why there is none. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "ShadowInterval")
  public record Interval(Double value, Double low, Double high, Double effectiveN, String why) {}

  /**
   * Against the floor.
   *
   * @param verdict above: the whole interval of {@code margin} is at or above 0; below: all of it
   *     is below; else undecided
   * @param floor in words of the policy
   * @param margin quality less the floor; for a relative floor less its share of the reference's
   */
  @Schema(name = "ShadowVerdict")
  public record Verdict(String verdict, String floor, Interval margin) {}

  /** What predictions alone say. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @Schema(name = "ShadowPredicted")
  public record Predicted(double quality, double costUsd, String note) {}

  /**
   * Bounds without any assumption, before the error of the sample.
   *
   * @param share of the bandit's allocation that fell on what ran
   * @param qualityLow if everything else failed, {@code qualityHigh} if everything else passed
   * @param costUsdLow if everything else was free; there is no upper bound
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "ShadowIdentified")
  public record Identified(
      double share, Double qualityLow, Double qualityHigh, Double costUsdLow) {}

  /**
   * What the drawn share did, on the estimated tasks, against the rules alone.
   *
   * @param tasks that ran on an arm that the rules could not have given
   * @param costUsd of all of them together, signed: below 0 it saved
   * @param qualityChange per estimated task, points of quality
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "ShadowExploration")
  public record Exploration(long tasks, Interval costUsd, Interval qualityChange) {}
}
