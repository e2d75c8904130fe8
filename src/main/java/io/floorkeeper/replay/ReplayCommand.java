package io.floorkeeper.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.floorkeeper.policy.InvalidPolicyException;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyPresets;
import io.floorkeeper.policy.PolicyReader;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.trial.GeneratedPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code replay}: a real outcome data set, through a running service or in process. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Replays a real outcome data set: for every task a model is chosen, and only what that model truly"
          + " scored and cost on it is revealed.",
      "With --live a running service chooses and is told through Kafka. With --policy the service's own"
          + " classes choose in this process: seeded, exact, and fast enough for many seeds.",
      "Prints a table per role against uniform frontier, uniform small, the best single model, and the"
          + " limit with known means."
    })
public final class ReplayCommand implements Callable<Integer> {

  private static final String GENERATED = "generated";

  @Spec CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  Where where;

  /** Live or in process: one of the two. */
  static final class Where {
    @Option(names = "--live", required = true, description = "URL of the running service")
    URI live;

    @Option(
        names = "--policy",
        required = true,
        description =
            "replay in process with this policy: a file, the name of a preset, or 'generated': a tier"
                + " for each of --models, priced at what its calls cost on average")
    String policy;
  }

  @Option(
      names = "--data",
      required = true,
      description =
          "CSV, plain or .gz, one row per task and model: task_id,group,model,quality,cost_usd and,"
              + " where known, input_tokens,output_tokens,latency_ms; group is the role")
  Path data;

  @Option(
      names = "--models",
      split = ",",
      defaultValue = "claude-3-haiku-20240307,claude-3-sonnet-20240229,claude-3-opus-20240229",
      description =
          "models of the data, cheapest first, strongest last; must be the candidates of the"
              + " service's policy (default: ${DEFAULT-VALUE})")
  List<String> models;

  @Option(
      names = "--kafka",
      defaultValue = "${env:KAFKA_BOOTSTRAP_SERVERS:-127.0.0.1:19092}",
      description = "bootstrap servers that the service reads from (default: ${DEFAULT-VALUE})")
  String kafka;

  @Option(names = "--topic", defaultValue = "otlp_spans", description = "default: ${DEFAULT-VALUE}")
  String topic;

  @Option(
      names = "--encoding",
      defaultValue = "proto",
      description = "of the spans, as the Collector's exporter may be set: proto or json")
  String encoding;

  @Option(names = "--passes", defaultValue = "1", description = "over all tasks (default: 1)")
  int passes;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "of the shuffles and, in process, of the draws (default: 1)")
  long seed;

  @Option(
      names = "--seeds",
      defaultValue = "1",
      description = "in process: so many replays, from --seed on, and their average (default: 1)")
  int seeds;

  @Option(
      names = "--lag",
      defaultValue = "50",
      description =
          "at most so many calls are not yet in the snapshot that /route answers from (default: 50)")
  int lag;

  @Option(
      names = "--floor",
      defaultValue = "0.98",
      description =
          "relative to the strongest model's mean, per role: what the report holds the run against;"
              + " the service's own floor stands in its policy (default: 0.98)")
  double floor;

  @Option(names = "--limit", description = "stop after so many calls")
  Integer limit;

  @Option(names = "--json", description = "write the report to this file")
  Path json;

  @Mixin Comparison comparison = new Comparison();

  @Mixin ShadowOptions shadow = new ShadowOptions();

  @Override
  public Integer call() throws IOException {
    check(passes >= 1, "--passes must be 1 or more");
    check(lag >= 1, "--lag must be 1 or more");
    check(floor > 0 && floor <= 1, "--floor must lie in (0, 1]");
    check(seeds >= 1, "--seeds must be 1 or more");
    check(seeds == 1 || where.policy != null, "--seeds goes with --policy, not with --live");
    check(limit == null || limit >= 1, "--limit must be 1 or more");
    check(models.size() >= 2, "--models needs at least two models");
    check(new HashSet<>(models).size() == models.size(), "--models names a model twice");
    check(
        where.live == null
            || where.live.getHost() != null
                && List.of("http", "https").contains(where.live.getScheme()),
        "--live must be a URL, e.g. http://127.0.0.1:8080");
    check(
        json == null || Files.isDirectory(json.toAbsolutePath().getParent()),
        "--json: there is no directory " + (json == null ? "" : json.toAbsolutePath().getParent()));
    SpanSender.Encoding as;
    try {
      as = SpanSender.Encoding.valueOf(encoding.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--encoding must be proto or json");
    }
    try {
      List<String> columns = new ArrayList<>(models);
      comparison.regression().ifPresent(r -> columns.add(r.becomes()));
      for (String name : Comparison.OPTIONS) {
        check(
            comparison.wanted() || !spec.commandLine().getParseResult().hasMatchedOption(name),
            name + " goes with --compare");
      }
      OutcomeData outcomes =
          OutcomeData.read(data, columns, Optional.ofNullable(comparison.context));
      int total = outcomes.tasks().size() * passes;
      int calls = limit == null ? total : Math.min(total, limit);
      LiveReplay.Plan plan = new LiveReplay.Plan(passes, seed, lag, calls);
      if (shadow.wanted()) {
        check(where.policy != null, "--shadow-passes goes with --policy, not with --live");
        check(!comparison.wanted(), "--shadow-passes and --compare do not go together");
        check(
            shadow.passes >= 1 && shadow.passes < passes,
            "--shadow-passes must be 1 or more, and below --passes");
        check(shadow.share >= 0 && shadow.share <= .5, "--shadow-share must lie in [0, 0.5]");
        check(shadow.alpha > 0 && shadow.alpha < 1, "--shadow-alpha must lie in (0, 1)");
        ShadowRun.tell(
            ShadowRun.run(name(), outcomes, policy(outcomes), plan, shadow, seeds),
            json,
            writer(),
            spec.commandLine().getOut());
      } else if (comparison.wanted()) {
        check(where.policy != null, "--compare goes with --policy, not with --live");
        new ComparisonRun(name(), outcomes, policy(outcomes), comparison)
            .run(plan, seeds, GENERATED.equals(where.policy), json, spec.commandLine().getOut());
      } else if (where.live != null) {
        tell(ReplayReport.of(name(), outcomes, plan, live(outcomes, plan, as), floor));
      } else {
        inProcess(outcomes, plan);
      }
      return 0;
    } catch (Comparison.InvalidOptionException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    } catch (LiveService.RefusedException
        | OutcomeData.InvalidDataException
        | InvalidPolicyException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
  }

  private LiveReplay.Result live(
      OutcomeData outcomes, LiveReplay.Plan plan, SpanSender.Encoding as) {
    SpanSender.requireBroker(kafka);
    ProgressBar bar = new ProgressBar(System.err, plan.limit(), System.console() != null);
    LiveReplay.Result result;
    try (SpanSender spans = new SpanSender(kafka, topic, as)) {
      result = new LiveReplay(new LiveService(where.live), spans, outcomes).run(plan, bar::at);
    }
    if (result.callsBefore() > 0) {
      spec.commandLine()
          .getErr()
          .printf(
              "note: the service knew %d calls of these roles before this run%n",
              result.callsBefore());
    }
    return result;
  }

  private void inProcess(OutcomeData outcomes, LiveReplay.Plan first) throws IOException {
    check(!GENERATED.equals(where.policy), "--policy generated goes with --compare");
    OfflineReplay replay = new OfflineReplay(outcomes, policy(outcomes));
    List<JsonNode> reports = new ArrayList<>();
    for (int i = 0; i < seeds; i++) {
      LiveReplay.Plan plan =
          new LiveReplay.Plan(first.passes(), first.seed() + i, first.lag(), first.limit());
      ReplayReport report = ReplayReport.of(name(), outcomes, plan, replay.run(plan), floor);
      reports.add(writer().valueToTree(report));
      if (seeds == 1) {
        tell(report);
      }
    }
    if (seeds > 1) {
      ReplaySummaryCommand.print(spec.commandLine().getOut(), reports);
      if (json != null) {
        writer().writeValue(json.toFile(), reports);
      }
    }
  }

  private Policy policy(OutcomeData outcomes) throws IOException {
    Policy asked = asked(outcomes);
    return comparison.context == null ? asked : OneRole.of(asked, outcomes);
  }

  private Policy asked(OutcomeData outcomes) throws IOException {
    if (GENERATED.equals(where.policy)) {
      return GeneratedPolicy.of(
          List.copyOf(outcomes.byRole().keySet()),
          models,
          OutcomeData.meanCostUsd(outcomes.tasks(), models.size()),
          List.of(),
          QualityFloor.Kind.RELATIVE_TO_REFERENCE,
          floor,
          1);
    }
    return PolicyPresets.names().contains(where.policy)
        ? PolicyPresets.read(where.policy)
        : PolicyReader.read(Files.readString(Path.of(where.policy)), where.policy);
  }

  private String name() {
    return data.getFileName().toString();
  }

  private void tell(ReplayReport report) throws IOException {
    spec.commandLine().getOut().print(ReportTable.of(report));
    spec.commandLine().getOut().flush();
    if (json != null) {
      writer().writeValue(json.toFile(), report);
    }
  }

  private void check(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private static ObjectMapper writer() {
    return JsonMapper.builder()
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build();
  }
}
