package io.floorkeeper.policy;

import io.floorkeeper.policy.Complexity.Marks;
import io.floorkeeper.policy.Conditions.Bounds;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads what decides by rules: {@code rules}, {@code classifier}, {@code health}. */
final class RouteRuleReader {
  private static final Duration CLASSIFIER_TIME_LIMIT = Duration.ofMillis(50);

  private RouteRuleReader() {}

  static Rule rule(Section rule) {
    rule.required("when", "tier");
    Section when =
        rule.section("when", Shape.CONDITIONS)
            .orElseGet(() -> rule.absent("when", Shape.CONDITIONS));
    Rule read = new Rule(rule.requiredText("name"), conditions(when), rule.text("tier").orElse(""));
    when.allRead();
    rule.allRead();
    return read;
  }

  private static Conditions conditions(Section when) {
    return new Conditions(
        when.texts("roles").orElse(List.of()),
        when.texts("steps").orElse(List.of()),
        when.texts("collaborations").orElse(List.of()),
        when.texts("complexities").orElse(List.of()),
        bounds(when, "min_input_tokens", "max_input_tokens"),
        bounds(when, "min_tools", "max_tools"),
        bounds(when, "min_depth", "max_depth"),
        when.textsByName("tags"));
  }

  private static Bounds bounds(Section when, String least, String most) {
    boolean isLeast = when.number(least).isPresent();
    boolean isMost = when.number(most).isPresent();
    return new Bounds(
        isLeast ? when.count(least, 0) : Bounds.NO_LEAST,
        isMost ? when.count(most, 0) : Bounds.NO_MOST);
  }

  static Classifier classifier(Section classifier) {
    Classifier read =
        new Classifier(
            new Complexity(
                marks(classifier, "simple", Complexity.DEFAULT.simple()),
                marks(classifier, "hard", Complexity.DEFAULT.hard())),
            url(classifier),
            classifier.duration("time_limit").orElse(CLASSIFIER_TIME_LIMIT),
            classifier.number("cost_usd_per_call").orElse(BigDecimal.ZERO));
    classifier.allRead();
    return read;
  }

  private static Marks marks(Section classifier, String key, Marks otherwise) {
    Section marks =
        classifier.section(key, Shape.MARKS).orElseGet(() -> classifier.absent(key, Shape.MARKS));
    Marks read =
        new Marks(
            marks.count("input_tokens", (int) otherwise.inputTokens()),
            marks.count("tools", otherwise.tools()),
            marks.count("depth", otherwise.depth()));
    marks.allRead();
    return read;
  }

  private static Optional<URI> url(Section classifier) {
    Optional<String> text = classifier.text("url");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI url = new URI(text.get());
      boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (isHttp && url.getHost() != null && url.getUserInfo() == null) {
        return Optional.of(url);
      }
    } catch (URISyntaxException malformed) {
      // said below, as of any other text that is none
    }
    classifier.refuse(
        "url",
        "'"
            + Names.shortened(text.get())
            + "' is no URL that can be asked; write http://host:port/path, without user and"
            + " password");
    return Optional.empty();
  }

  static HealthRule health(Section health) {
    HealthRule otherwise = HealthRule.DEFAULT;
    HealthRule read =
        new HealthRule(
            health.number("error_rate", otherwise.errorRate()),
            health.duration("p95_latency"),
            health.count("min_calls", otherwise.minCalls()),
            health.duration("window").orElse(otherwise.window()),
            health.duration("cool_down").orElse(otherwise.coolDown()),
            health.number("probe_share", otherwise.probeShare()));
    health.allRead();
    return read;
  }
}
