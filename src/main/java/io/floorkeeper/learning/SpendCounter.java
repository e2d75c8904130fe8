package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.platform.UtcDays;
import io.floorkeeper.policy.CostCeiling;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.AlarmRepository;
import io.floorkeeper.posterior.SpendRepository;
import io.floorkeeper.posterior.SpendRepository.Amount;
import io.floorkeeper.posterior.SpendRepository.DayDelta;
import io.floorkeeper.posterior.SpendRepository.DayKey;
import io.floorkeeper.posterior.SpendRepository.RunKey;
import io.floorkeeper.posterior.SpendSettings;
import io.floorkeeper.pricing.Catalogue;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * What was spent by roles in a day and in a run, in the transactions that write the calls and the
 * decisions, so exactly once whatever is sent again.
 *
 * <p>A call does not say which run it is part of: its decision's record does, which comes by
 * another stream. Their task is where the two meet. What a classifier cost is in the decision's
 * record. Retries, continuations and escalated calls have the root of their task and so count; a
 * call that ran elsewhere than decided was paid all the same.
 */
@ApplicationScoped
public class SpendCounter {
  private static final Logger LOG = Logger.getLogger(SpendCounter.class);
  private static final Duration FORGET_EVERY = Duration.ofMinutes(1);

  private final SpendRepository spend;
  private final AlarmRepository alarms;
  private final PolicyBook policies;
  private final SpendSettings settings;
  private final AtomicLong forgotAtNanos = new AtomicLong(System.nanoTime());

  SpendCounter(
      SpendRepository spend, AlarmRepository alarms, PolicyBook policies, SpendSettings settings) {
    this.spend = spend;
    this.alarms = alarms;
    this.policies = policies;
    this.settings = settings;
  }

  /**
   * Counts calls.
   *
   * @param spent by calls that came or were taken back
   * @param begun a decision of each task that was seen for the first time
   * @param ended of each task all whose calls were taken back
   * @return by how much the ingest totals moved
   */
  Map<String, Long> called(
      Connection connection,
      List<Spent> spent,
      List<DecisionId> begun,
      List<DecisionId> ended,
      PolicyView policy)
      throws SQLException {
    TreeMap<DayKey, DayDelta> days = new TreeMap<>();
    Map<ByteBuffer, SpendRepository.TaskDelta> tasks = new LinkedHashMap<>();
    for (Spent call : spent) {
      if (call.roleNo() != 0) {
        days.merge(
            new DayKey(call.day(), call.roleNo()),
            new DayDelta(call.amount(), 0, call.startMillis()),
            DayDelta::plus);
      }
      if (call.root().isPresent()) {
        task(tasks, call.root().get(), call.roleNo(), call.amount(), policy);
      }
    }
    begun.forEach(first -> tasks(days, first, 1));
    ended.forEach(first -> tasks(days, first, -1));
    spend.book(connection, days);
    long raised = tellDays(connection, days, policy);
    raised += settle(connection, spend.called(connection, List.copyOf(tasks.values())), policy);
    return totals(raised, forget(connection));
  }

  /**
   * Takes down which runs decisions are part of, and counts what their calls have spent already and
   * what it took to decide.
   *
   * @param fresh records of the decision log that were never seen before
   * @return by how much the ingest totals moved
   */
  public Map<String, Long> decided(Connection connection, List<DecisionRecord> fresh)
      throws SQLException {
    PolicyView policy = PolicyView.of(policies.current(), Catalogue.NONE); // no call is priced
    TreeMap<DayKey, DayDelta> days = new TreeMap<>();
    Map<ByteBuffer, SpendRepository.RunTask> runs = new LinkedHashMap<>();
    Map<ByteBuffer, SpendRepository.TaskDelta> tasks = new LinkedHashMap<>();
    for (DecisionRecord record : fresh) {
      if (record.roleNo() == 0) {
        continue;
      }
      byte[] root = DecisionId.rootOf(DecisionKeys.bytes(record.decisionId()));
      ByteBuffer key = ByteBuffer.wrap(root);
      if (record.runId() != null
          && !record.runId().isEmpty() // empty: it says that it has none
          && ceiling(policy, record.roleNo(), CostCeiling::spendUsdPerRun).isPresent()) {
        runs.putIfAbsent(key, new SpendRepository.RunTask(root, record.roleNo(), record.runId()));
      }
      if (record.classifierNanoUsd() != null && record.classifierNanoUsd() > 0) {
        Amount amount = new Amount(record.classifierNanoUsd(), 0, 0);
        long atMillis = record.decidedAt().toEpochMilli();
        days.merge(
            new DayKey(day(atMillis), record.roleNo()),
            new DayDelta(amount, 0, atMillis),
            DayDelta::plus);
        task(tasks, root, record.roleNo(), amount, policy);
      }
    }
    spend.book(connection, days);
    long raised = tellDays(connection, days, policy);
    spend.begun(connection, List.copyOf(runs.values()));
    spend.called(connection, List.copyOf(tasks.values()));
    runs.forEach(
        (key, run) ->
            tasks.putIfAbsent(
                key, new SpendRepository.TaskDelta(run.root(), run.roleNo(), Amount.ZERO, false)));
    raised +=
        settle(
            connection,
            tasks.values().stream().map(SpendRepository.TaskDelta::root).toList(),
            policy);
    return totals(raised, 0);
  }

  private static void tasks(TreeMap<DayKey, DayDelta> days, DecisionId first, int by) {
    days.merge(
        new DayKey(day(first.epochMillis()), first.roleNo()),
        new DayDelta(Amount.ZERO, by, first.epochMillis()),
        DayDelta::plus);
  }

  private static void task(
      Map<ByteBuffer, SpendRepository.TaskDelta> tasks,
      byte[] root,
      int roleNo,
      Amount amount,
      PolicyView policy) {
    boolean held = ceiling(policy, roleNo, CostCeiling::spendUsdPerRun).isPresent();
    tasks.merge(
        ByteBuffer.wrap(root),
        new SpendRepository.TaskDelta(root, roleNo, amount, held),
        (one, other) ->
            new SpendRepository.TaskDelta(
                root, one.roleNo(), one.amount().plus(other.amount()), held));
  }

  private long tellDays(Connection connection, TreeMap<DayKey, DayDelta> days, PolicyView policy)
      throws SQLException {
    Map<DayKey, Long> ceilings = new TreeMap<>();
    for (DayKey day : days.keySet()) {
      ceiling(policy, day.roleNo(), CostCeiling::spendUsdPerDay)
          .ifPresent(usd -> ceilings.put(day, CostCeiling.nanoUsd(usd)));
    }
    List<DayKey> reached = spend.newlyReachedDays(connection, ceilings);
    for (DayKey day : reached) {
      raise(connection, day.roleNo(), "spend_day", ceilings.get(day), day.day().toString());
    }
    return reached.size();
  }

  private long settle(Connection connection, List<byte[]> roots, PolicyView policy)
      throws SQLException {
    Map<RunKey, Long> ceilings = new HashMap<>();
    for (RunKey run : spend.settle(connection, roots)) {
      ceiling(policy, run.roleNo(), CostCeiling::spendUsdPerRun)
          .ifPresent(usd -> ceilings.put(run, CostCeiling.nanoUsd(usd)));
    }
    List<RunKey> reached = spend.newlyReachedRuns(connection, ceilings);
    for (RunKey run : reached) {
      raise(connection, run.roleNo(), "spend_run", ceilings.get(run), run.runId());
    }
    return reached.size();
  }

  private void raise(
      Connection connection, int roleNo, String kind, long ceilingNanoUsd, String subject)
      throws SQLException {
    double ceilingUsd = (double) ceilingNanoUsd / Evidence.NANOS_PER_USD;
    LOG.warnf("alarm %s of role %d: the ceiling of %s USD is reached", kind, roleNo, ceilingUsd);
    alarms.raiseSpend(connection, roleNo, kind, ceilingUsd, subject);
  }

  private static Optional<BigDecimal> ceiling(
      PolicyView policy, int roleNo, Function<CostCeiling, Optional<BigDecimal>> which) {
    return policy.roleName(roleNo).flatMap(policy::role).map(RolePolicy::ceiling).flatMap(which);
  }

  /** Once a minute, by whoever counts: where nothing is counted nothing grows. */
  private long forget(Connection connection) throws SQLException {
    long now = System.nanoTime();
    long last = forgotAtNanos.get();
    return now - last > FORGET_EVERY.toNanos() && forgotAtNanos.compareAndSet(last, now)
        ? spend.forget(connection, settings.runLife())
        : 0;
  }

  private static Map<String, Long> totals(long alarms, long runsForgotten) {
    return Map.of("alarms", alarms, "runs_forgotten", runsForgotten);
  }

  private static LocalDate day(long epochMillis) {
    return UtcDays.of(Instant.ofEpochMilli(epochMillis));
  }
}
