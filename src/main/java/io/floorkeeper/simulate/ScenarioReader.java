package io.floorkeeper.simulate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.floorkeeper.policy.ContextPolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Scenarios from YAML, refused with every finding at once. */
final class ScenarioReader {
  private static final int MOST_CALLS = 10_000_000;

  /** What cannot be simulated; the message has a line per finding, each with its field. */
  static final class InvalidScenarioException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidScenarioException(String message) {
      super(message);
    }
  }

  private static final ObjectMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  private ScenarioReader() {}

  /**
   * @param source what findings call the text
   */
  static Scenario read(String text, String source) {
    Scenario scenario;
    try {
      scenario = YAML.readValue(text, Scenario.class);
    } catch (UnrecognizedPropertyException e) {
      throw new InvalidScenarioException(source + ": " + path(e) + ": is not known here");
    } catch (JsonMappingException e) {
      String what = e.getOriginalMessage().split("\n")[0];
      throw new InvalidScenarioException(
          source
              + ": "
              + path(e)
              + ": "
              + (what.startsWith("Missing required") ? "is required" : what));
    } catch (JsonProcessingException e) {
      throw new InvalidScenarioException(
          source + ": is not YAML at line " + e.getLocation().getLineNr());
    }
    if (scenario == null) {
      throw new InvalidScenarioException(source + ": is empty");
    }
    List<String> findings = findings(scenario);
    if (!findings.isEmpty()) {
      throw new InvalidScenarioException(
          findings.stream().map(f -> source + ": " + f).collect(Collectors.joining("\n")));
    }
    return scenario;
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(r -> r.getFieldName() == null ? "[" + r.getIndex() + "]" : r.getFieldName())
        .collect(Collectors.joining("."));
  }

  private static List<String> findings(Scenario s) {
    List<String> findings = new ArrayList<>();
    check(
        s.calls() > 0 && s.calls() <= MOST_CALLS, "calls must lie in 1 to " + MOST_CALLS, findings);
    check(s.snapshotCalls() > 0, "snapshot_calls must be 1 or more", findings);
    floor(s.floor(), findings);
    Set<String> names = new HashSet<>();
    check(s.tiers() != null && s.tiers().size() >= 2, "tiers must be at least two", findings);
    int atStart = 0;
    for (Scenario.Tier tier : s.tiers() == null ? List.<Scenario.Tier>of() : s.tiers()) {
      String path = "tiers." + tier.name();
      check(names.add(tier.name()), path + ": is there twice", findings);
      share(path + ".quality", tier.quality(), findings);
      check(tier.costUsd() > 0, path + ".cost_usd must be above 0", findings);
      check(tier.costCv() >= 0, path + ".cost_cv must be 0 or above", findings);
      check(
          tier.from() >= 0 && tier.from() < s.calls(),
          path + ".from must be a call of the run",
          findings);
      check(
          tier.priorMean() == null || tier.priorMean() > 0 && tier.priorMean() < 1,
          path + ".prior_mean must lie in (0, 1)",
          findings);
      atStart += tier.from() == 0 ? 1 : 0;
    }
    check(atStart >= 1, "tiers: one must be there from the start", findings);
    s.roles()
        .forEach(
            (name, role) -> {
              check(role.share() >= 0, "roles." + name + ".share must be 0 or above", findings);
              if (role.quality() != null) {
                role.quality()
                    .forEach(
                        (tier, quality) -> {
                          String path = "roles." + name + ".quality." + tier;
                          check(names.contains(tier), path + ": is no tier", findings);
                          share(path, quality, findings);
                        });
              }
            });
    contexts(s, names, findings);
    for (int i = 0; i < s.events().size(); i++) {
      event("events[" + i + "]", s.events().get(i), s, names, findings);
    }
    labels(s.labels(), findings);
    return findings;
  }

  private static void contexts(Scenario s, Set<String> tiers, List<String> findings) {
    check(
        s.contexts().size() < ContextPolicy.MOST_BUCKETS,
        "contexts must be fewer than " + ContextPolicy.MOST_BUCKETS,
        findings);
    s.contexts()
        .forEach(
            (name, context) -> {
              String path = "contexts." + name;
              check(!name.isBlank(), path + ": must have a name", findings);
              check(context.share() >= 0, path + ".share must be 0 or above", findings);
              check(context.costFactor() >= 0, path + ".cost_factor must be 0 or above", findings);
              if (context.quality() != null) {
                context
                    .quality()
                    .forEach(
                        (tier, quality) -> {
                          check(
                              tiers.contains(tier),
                              path + ".quality." + tier + ": is no tier",
                              findings);
                          share(path + ".quality." + tier, quality, findings);
                        });
              }
            });
  }

  private static void floor(Scenario.Floor floor, List<String> findings) {
    check(
        floor != null && (floor.quality() == null) != (floor.relativeToReference() == null),
        "floor must have quality or relative_to_reference, and not both",
        findings);
    if (floor != null && floor.quality() != null) {
      check(
          floor.quality() > 0 && floor.quality() < 1, "floor.quality must lie in (0, 1)", findings);
    } else if (floor != null && floor.relativeToReference() != null) {
      check(
          floor.relativeToReference() > 0 && floor.relativeToReference() <= 1,
          "floor.relative_to_reference must lie in (0, 1]",
          findings);
    }
  }

  private static void event(
      String path, Scenario.Event e, Scenario s, Set<String> names, List<String> findings) {
    check(e.at() >= 0 && e.at() < s.calls(), path + ".at must be a call of the run", findings);
    check(names.contains(e.tier()), path + ".tier: '" + e.tier() + "' is no tier", findings);
    check(
        e.role() == null || s.roles().containsKey(e.role()),
        path + ".role: '" + e.role() + "' is no role",
        findings);
    int said =
        (e.quality() == null ? 0 : 1)
            + (e.tokensFactor() == null ? 0 : 1)
            + (e.priceFactor() == null ? 0 : 1);
    check(
        said == 1,
        path + " must have exactly one of quality, tokens_factor, price_factor",
        findings);
    if (e.quality() != null) {
      share(path + ".quality", e.quality(), findings);
    }
    check(
        e.tokensFactor() == null || e.tokensFactor() > 0,
        path + ".tokens_factor must be above 0",
        findings);
    check(
        e.priceFactor() == null || e.priceFactor() > 0,
        path + ".price_factor must be above 0",
        findings);
    check(
        e.role() == null || e.quality() != null,
        path + ".role goes with quality: tokens and prices are of all roles",
        findings);
  }

  private static void labels(Scenario.Labels l, List<String> findings) {
    check(l.rate() > 0 && l.rate() <= 1, "labels.rate must lie in (0, 1]", findings);
    rate("labels.failure_rate", l.failureRate(), findings);
    rate("labels.pass_rate", l.passRate(), findings);
    check(l.delaySnapshots() >= 0, "labels.delay_snapshots must be 0 or above", findings);
    check(l.mostDelaySnapshots() >= 0, "labels.most_delay_snapshots must be 0 or above", findings);
    check(
        l.mostDelaySnapshots() >= l.delaySnapshots(),
        "labels.most_delay_snapshots must not be below delay_snapshots, their mean",
        findings);
  }

  private static void rate(String path, Double rate, List<String> findings) {
    check(rate == null || rate > 0 && rate <= 1, path + " must lie in (0, 1]", findings);
  }

  private static void share(String path, double value, List<String> findings) {
    check(value >= 0 && value <= 1, path + " must lie in [0, 1]", findings);
  }

  private static void check(boolean holds, String finding, List<String> findings) {
    if (!holds) {
      findings.add(finding);
    }
  }
}
