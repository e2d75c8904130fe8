package io.floorkeeper.simulate;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * An invented world as its YAML says it: tiers with their true means, roles that differ from them,
 * and events at which the truth changes.
 *
 * @param calls of a run
 * @param floor exactly one of its two
 * @param tiers cheapest first, strongest last
 * @param roles by name; none: one role {@code worker} that is as the tiers say
 * @param contexts of every role's tasks, by name, in the order of the document; none: tasks of a
 *     role are alike
 * @param labels absent: all calls are labelled at once
 * @param snapshotCalls calls between two snapshots; 0: 50
 */
record Scenario(
    @JsonProperty(required = true) String name,
    String description,
    @JsonProperty(required = true) int calls,
    @JsonProperty(required = true) Floor floor,
    @JsonProperty(required = true) List<Tier> tiers,
    Map<String, Role> roles,
    Map<String, Context> contexts,
    List<Event> events,
    Labels labels,
    int snapshotCalls) {

  /** Absolute or relative to the strongest. */
  record Floor(Double quality, Double relativeToReference) {}

  /**
   * @param quality true mean of a call's quality, which is 0 or 1
   * @param costUsd mean of a call
   * @param costCv coefficient of variation of a call's cost, lognormal; 0: all cost the same
   * @param priorMean absent: the policy's default
   * @param from the call at which it joins the policy; 0: from the start
   */
  record Tier(
      @JsonProperty(required = true) String name,
      @JsonProperty(required = true) double quality,
      @JsonProperty(required = true) double costUsd,
      double costCv,
      Double priorMean,
      int from) {}

  /**
   * @param share of the calls, relative to the other roles'; 0: 1
   * @param quality of the tiers in this role, by tier name, where it differs
   */
  record Role(double share, Map<String, Double> quality) {}

  /**
   * @param share of the role's calls, relative to the other contexts'; 0: 1
   * @param quality of the tiers in this context, by tier name, where it differs from the role's
   * @param costFactor its calls cost so many times the tier's, in tokens; 0: 1
   */
  record Context(double share, Map<String, Double> quality, double costFactor) {}

  /**
   * From a call on a tier is another: exactly one of the last three.
   *
   * @param at the call, counted from 0
   * @param role in this role alone; absent: in all
   * @param quality its new mean
   * @param tokensFactor its calls have so many times the tokens: dearer, and nobody announced it
   * @param priceFactor its price is so many times the first one, and the policy says so
   */
  record Event(
      @JsonProperty(required = true) int at,
      @JsonProperty(required = true) String tier,
      String role,
      Double quality,
      Double tokensFactor,
      Double priceFactor) {}

  /**
   * @param rate base label rate, in (0, 1]
   * @param boosted whether calls on arms that are not proven are labelled besides; absent: yes
   * @param failureRate probability with which the source labels an asked failure; absent: 1
   * @param passRate and an asked success; absent: 1
   * @param hideProbability whether it keeps that to itself
   * @param delaySnapshots mean of the geometric delay of a label
   * @param mostDelaySnapshots no label is later
   */
  record Labels(
      double rate,
      Boolean boosted,
      Double failureRate,
      Double passRate,
      boolean hideProbability,
      double delaySnapshots,
      int mostDelaySnapshots) {}

  Scenario {
    roles = roles == null || roles.isEmpty() ? Map.of("worker", new Role(1, Map.of())) : roles;
    contexts =
        contexts == null
            ? Map.of()
            : java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(contexts));
    events = events == null ? List.of() : List.copyOf(events);
    labels = labels == null ? new Labels(1, null, null, null, false, 0, 0) : labels;
    snapshotCalls = snapshotCalls == 0 ? 50 : snapshotCalls;
  }
}
