package io.floorkeeper.truth;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must be known after a topic was read, from the plan of what stands in it: arithmetic of its
 * own, on plain values, in one go and in no particular order.
 */
final class Oracle {

  /** A planned record where the broker put it. */
  record Placed(PlannedRecord record, int partition, long offset) {}

  private final Installation installation;
  private final Figures figures = new Figures();
  private final Set<PlannedSpan.Call> calls = new LinkedHashSet<>();
  private final Set<PlannedSpan> outcomes = new HashSet<>();
  private final SaidTruth said = new SaidTruth();

  private Oracle(Installation installation) {
    this.installation = installation;
  }

  /**
   * @param topics everything that stands in the topics
   */
  static Figures figures(Installation installation, List<Placed> topics) {
    Oracle oracle = new Oracle(installation);
    topics.forEach(oracle::read);
    oracle.calls.forEach(oracle::count);
    oracle.learn();
    oracle.said.count(oracle.calls, oracle.figures);
    return oracle.figures;
  }

  private void read(Placed placed) {
    if (placed.record.topic().equals(Told.OUTCOMES)) {
      outcome((Told) placed.record.spans().get(0));
      return;
    }
    figures.add("totals/records", 1);
    PlannedRecord record = placed.record;
    if (record.spoilt() != null) {
      letter(placed, 0, record.spoilt());
      return;
    }
    List<PlannedSpan> written = new ArrayList<>();
    PlannedRecord.byService(record.spans()).values().forEach(written::addAll);
    boolean logs = record.topic().equals(Told.LOGS);
    figures.add(logs ? "totals/log_records" : "totals/spans", written.size());
    int item = 0;
    for (PlannedSpan span : written) {
      if (span instanceof PlannedSpan.Poison poison && poison.atDecoding()) {
        letter(placed, ++item, poison.code());
      }
    }
    for (PlannedSpan span : written) {
      if (span instanceof PlannedSpan.Poison poison && !poison.atDecoding()) {
        letter(placed, ++item, poison.code());
      } else if (span instanceof Told told) {
        if (told.judged() == null) {
          letter(placed, ++item, "no_target");
        } else {
          figures.add("totals/not_calls", 1);
          tell(told);
        }
      } else if (span instanceof PlannedSpan.Aggregate) {
        figures.add("totals/not_calls", 1);
      } else if (span instanceof PlannedSpan.Call call) {
        if (call.unstored()) {
          figures.add("totals/unstored_decisions", 1);
        }
        if (!calls.add(call)) {
          figures.add("totals/duplicates", 1);
        }
      }
    }
  }

  /** What is sent under one key counts once. */
  private void outcome(Told told) {
    figures.add("totals/outcomes", 1);
    if (outcomes.add(told)) {
      tell(told);
    } else {
      figures.add("totals/outcomes_duplicates", 1);
    }
  }

  private void tell(Told told) {
    figures.add("evaluations/told", 1);
    said.tell(told);
  }

  private void letter(Placed placed, int item, String code) {
    figures.add("totals/dead_letters", 1);
    String place =
        placed.record.topic() + "-" + placed.partition + "-" + placed.offset + "-" + item;
    figures.put("letters/" + place, code);
    figures.put("letter-topic/" + place, code);
  }

  private void count(PlannedSpan.Call call) {
    figures.add("totals/calls", 1);
    figures.add("totals/labels", label(call).isKnown() ? 1 : 0);
    figures.add("totals/unpriced", call.nanoUsd() == null ? 1 : 0);
    if (call.decision() != null) {
      figures.add("totals/routed", 1);
      figures.add("totals/not_followed", call.followed() ? 0 : 1);
    } else if (call.role() == null) {
      figures.add("totals/unattributed", 1);
    }
    String role =
        call.decision() != null
            ? call.decision().role()
            : call.role() != null ? call.role() : "unattributed";
    row(call, "calls/" + day(call) + "/" + role + "/");
    spend(call, role);
  }

  private void row(PlannedSpan.Call call, String path) {
    figures.add(path + "calls", 1);
    Usage usage = call.usage();
    if (usage != null) {
      figures.add(path + "input_tokens", usage.uncached());
      figures.add(path + "cache_read_tokens", usage.read());
      figures.add(path + "cache_write_tokens", usage.write());
      figures.add(path + "output_tokens", usage.out());
      figures.add(path + "reasoning_tokens", usage.reasoning());
    }
    figures.addKnown(path + "catalogue_nano_usd", call.catalogueNanoUsd());
    figures.addKnown(path + "reported_nano_usd", call.reportedNanoUsd());
    figures.add(path + "latency_millis", call.latencyMillis());
    figures.add(path + "errors", call.failed() ? 1 : 0);
    figures.add(path + "followed", call.followed() ? 1 : 0);
    if (label(call).isKnown()) {
      figures.add(path + "labelled", 1);
      figures.add(path + "quality_micros", label(call).qualityMicros());
    }
  }

  /** Of a role that the policy has; whoever else calls has no ceiling to be held. */
  private void spend(PlannedSpan.Call call, String role) {
    Integer roleNo = installation.roles().get(role);
    if (roleNo != null) {
      String path = "spend/" + day(call) + "/" + roleNo + "/";
      figures.add(path + "calls", 1);
      figures.add(path + "unpriced", call.nanoUsd() == null ? 1 : 0);
      figures.addKnown(path + "nano_usd", call.nanoUsd());
    }
  }

  private void learn() {
    Map<String, List<PlannedSpan.Call>> episodes = new LinkedHashMap<>();
    for (PlannedSpan.Call call : calls) {
      if (call.followed()) {
        episodes.computeIfAbsent(call.decision().root(), root -> new ArrayList<>()).add(call);
      }
    }
    for (List<PlannedSpan.Call> episode : episodes.values()) {
      PlannedDecision decision = episode.get(0).decision();
      LocalDate day = LocalDate.ofInstant(decision.decidedAt(), ZoneOffset.UTC);
      figures.add("spend/" + day + "/" + decision.roleNo() + "/tasks", 1);
      figures.add("episodes/" + decision.role(), 1);
      new EpisodeTruth(decision, episode, installation, said).addTo(figures);
    }
  }

  /** What a call's own judgements make of it, by the rules of its role. */
  static LabelTruth label(PlannedSpan.Call call) {
    return LabelTruth.of(call);
  }

  private static LocalDate day(PlannedSpan.Call call) {
    return LocalDate.ofInstant(
        Instant.ofEpochSecond(call.startNanos() / 1_000_000_000L), ZoneOffset.UTC);
  }
}
