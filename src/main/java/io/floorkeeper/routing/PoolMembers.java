package io.floorkeeper.routing;

import io.floorkeeper.ledger.PoolRepository;
import io.floorkeeper.policy.Capacity;
import io.floorkeeper.policy.HealthRule;
import io.floorkeeper.policy.Model;
import io.floorkeeper.policy.ModelIndex;
import io.floorkeeper.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * The models of a policy, what this replica knows of each, and what becomes of it at each look. No
 * clock, no database. Looked at by one thread; {@link #answered} by any.
 */
final class PoolMembers {
  private static final int MOST_NAMES = 2_000;

  /** A probe that takes longer to fill than this is looked at no further back. */
  private static final Duration LONGEST_PROBE = Duration.ofHours(1);

  /** How often further back than the window: what lies there hardly changes. */
  private static final long FAR_EVERY_MILLIS = 10_000;

  private static final Duration NEAR = Duration.ofMinutes(1);

  private static final class Member {
    final Optional<AdmitShare> share;
    final LongAdder answered = new LongAdder();
    ArmHealth health = ArmHealth.WELL;
    PoolRepository.Calls calls;
    AdmitShare.Told told = AdmitShare.Told.NOTHING;

    Member(Optional<Capacity> capacity) {
      share = capacity.map(c -> new AdmitShare(c.callsPerMinute()));
    }
  }

  /** A model whose health has changed, and the calls that changed it. */
  record Change(String model, ArmHealth.State to, PoolState.Standing standing) {}

  private final HealthRule rule;
  private long farAtMillis;
  private final ModelIndex index;
  private final Map<String, Member> members = new LinkedHashMap<>();
  private final Map<String, String> namesOfSpans = new HashMap<>();

  /**
   * @param before under another policy; a model that stays keeps its health, and with the same
   *     capacity its share; null: none
   */
  PoolMembers(Policy policy, PoolMembers before, Policy policyBefore) {
    this.rule = policy.health();
    this.index = new ModelIndex(policy);
    policy
        .tiers()
        .forEach(
            tier ->
                tier.models()
                    .forEach(
                        model -> members.put(model.name(), member(model, before, policyBefore))));
  }

  private static Member member(Model model, PoolMembers before, Policy policyBefore) {
    Member known = before == null ? null : before.members.get(model.name());
    if (known == null) {
      return new Member(model.capacity());
    }
    boolean same =
        policyBefore.tiers().stream()
            .flatMap(tier -> tier.models().stream())
            .anyMatch(
                m ->
                    m.name().equals(model.name())
                        && m.capacity()
                            .map(Capacity::callsPerMinute)
                            .equals(model.capacity().map(Capacity::callsPerMinute)));
    if (same) {
      return known;
    }
    Member fresh = new Member(model.capacity());
    fresh.health = known.health;
    return fresh;
  }

  /** A task began with this model. */
  void answered(String model) {
    Member member = members.get(model);
    if (member != null && member.share.isPresent()) {
      member.answered.increment();
    }
  }

  /** Above it a call is slow. */
  long slowMillis() {
    return rule.p95Latency().map(Duration::toMillis).orElse(Long.MAX_VALUE);
  }

  /** What is to be looked for, by every name that spans have used so far. */
  List<PoolRepository.Look> looks(long nowMillis) {
    List<PoolRepository.Look> looks = new ArrayList<>();
    namesOfSpans.forEach(
        (reported, model) -> {
          Member member = members.get(model);
          ArmHealth health = member == null ? ArmHealth.WELL : member.health;
          looks.add(
              new PoolRepository.Look(
                  reported,
                  model,
                  Instant.ofEpochMilli(health.sinceMillis()),
                  seenFor(health, nowMillis)));
        });
    return looks;
  }

  private Duration seenFor(ArmHealth health, long nowMillis) {
    if (health.state() != ArmHealth.State.HALF_OPEN) {
      return rule.window();
    }
    Duration probed = Duration.ofMillis(Math.max(0, nowMillis - health.sinceMillis()));
    Duration near = rule.window().compareTo(NEAR) > 0 ? rule.window() : NEAR;
    if (probed.compareTo(near) <= 0) {
      return probed;
    }
    if (!looksFar(nowMillis)) {
      return near;
    }
    return probed.compareTo(LONGEST_PROBE) < 0 ? probed : LONGEST_PROBE;
  }

  /** The same throughout one look. */
  private boolean looksFar(long nowMillis) {
    if (nowMillis - farAtMillis >= FAR_EVERY_MILLIS) {
      farAtMillis = nowMillis;
    }
    return farAtMillis == nowMillis;
  }

  Duration longest(long nowMillis) {
    return members.values().stream()
        .map(member -> seenFor(member.health, nowMillis))
        .reduce(rule.window(), (a, b) -> a.compareTo(b) > 0 ? a : b);
  }

  /** Learns the names that no look was for; whether there were any: look again. */
  boolean learnNames(List<PoolRepository.Calls> found) {
    boolean any = false;
    for (PoolRepository.Calls calls : found) {
      if (calls.unknown() != null && namesOfSpans.size() < MOST_NAMES) {
        namesOfSpans.put(calls.unknown(), index.find(calls.unknown()).map(Model::name).orElse(""));
        any = true;
      }
    }
    if (namesOfSpans.size() >= MOST_NAMES) {
      namesOfSpans.values().removeIf(String::isEmpty); // whoever invents names does not end this
    }
    return any;
  }

  /** By model of limited capacity, for the other replicas. */
  Map<String, PoolRepository.Demand> demand() {
    Map<String, PoolRepository.Demand> demand = new HashMap<>();
    members.forEach(
        (model, member) ->
            member.share.ifPresent(
                share ->
                    demand.put(model, new PoolRepository.Demand(share.tasks(), share.demand()))));
    return demand;
  }

  /** Takes over what was found; models without a row had no calls. */
  void hear(List<PoolRepository.Calls> found, Map<String, PoolRepository.Demand> others) {
    Map<String, PoolRepository.Calls> byModel = new HashMap<>();
    found.forEach(calls -> byModel.put(calls.model(), calls));
    members.forEach(
        (model, member) -> {
          member.calls = byModel.get(model);
          PoolRepository.Demand of = others.getOrDefault(model, PoolRepository.Demand.NONE);
          member.told =
              member.calls == null
                  ? new AdmitShare.Told(0, 1, of.tasksPerMinute(), of.demand())
                  : new AdmitShare.Told(
                      member.calls.unrouted(),
                      callsPerTask(member.calls),
                      of.tasksPerMinute(),
                      of.demand());
        });
  }

  private static double callsPerTask(PoolRepository.Calls calls) {
    double routed = calls.lastMinute() - calls.unrouted();
    return calls.tasks() > 0 ? Math.max(1, routed / calls.tasks()) : 1;
  }

  /** Nothing can be heard: what the last calls said of health is over, demand stays as it was. */
  void hearNothing() {
    members.values().forEach(member -> member.calls = null);
  }

  /**
   * The next state of every model.
   *
   * @param changes is filled with those whose health changed
   */
  PoolState look(long nowMillis, List<Change> changes) {
    Map<String, PoolState.Standing> standings = new HashMap<>();
    members.forEach(
        (model, member) -> {
          ArmHealth before = member.health;
          PoolRepository.Calls calls = member.calls;
          member.health =
              before.next(
                  calls == null
                      ? ArmHealth.Seen.NOTHING
                      : new ArmHealth.Seen(calls.calls(), calls.errors(), calls.slow()),
                  rule,
                  nowMillis);
          member.share.ifPresent(
              share -> share.look(nowMillis, member.answered.sumThenReset(), member.told));
          PoolState.Standing standing = standing(member);
          standings.put(model, standing);
          if (member.health.state() != before.state()) {
            member.calls = null; // of the state that is over
            changes.add(new Change(model, member.health.state(), standing));
          }
        });
    return new PoolState(standings, rule.probeShare());
  }

  private static PoolState.Standing standing(Member member) {
    PoolRepository.Calls calls = member.calls;
    return new PoolState.Standing(
        member.health,
        calls == null ? 0 : calls.calls(),
        calls == null ? 0 : calls.errors(),
        calls == null || calls.p95LatencyMillis() == null ? Double.NaN : calls.p95LatencyMillis(),
        member.share.map(AdmitShare::share).orElse(1.),
        calls == null ? 0 : calls.lastMinute(),
        member.share.map(AdmitShare::utilisation).orElse(Double.NaN));
  }
}
