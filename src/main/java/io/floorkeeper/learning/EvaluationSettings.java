package io.floorkeeper.learning;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How judgements that come by themselves are waited with, and watched. */
@ConfigMapping(prefix = "floorkeeper.evaluations")
public interface EvaluationSettings {

  /** So long a judgement waits for what it judges, and that of a session for further decisions. */
  @WithDefault("P7D")
  Duration hold();

  /** A judgement of a decision older than this is counted as too late, and not applied. */
  @WithDefault("P30D")
  Duration oldestDecision();

  /** How often it is looked whether waiting judgements can be joined, and reward waits are over. */
  @WithDefault("PT2S")
  Duration interval();

  /** The longest time between two looks at one waiting judgement. */
  @WithDefault("PT6H")
  Duration longestPause();

  /** Below this share of judgements that find their decision an alarm is raised, in (0, 1). */
  @WithDefault("0.5")
  double leastCorrelation();

  /**
   * Judgements younger than this raise no alarm: what they judge may be on its way. Counted in
   * whole hours of the clock.
   */
  @WithDefault("PT1H")
  Duration correlationGrace();

  /** So many judgements, or decisions that were to be judged, a day are needed for an alarm. */
  @WithDefault("100")
  int leastSample();
}
