package io.floorkeeper.learning;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.ledger.AncestorRepository;
import io.floorkeeper.ledger.AncestorRepository.Climbed;
import io.floorkeeper.ledger.AncestorRepository.Due;
import io.floorkeeper.ledger.AncestorRepository.Waiting;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.CallHourRepository;
import io.floorkeeper.ledger.CallRepository.CallKey;
import io.floorkeeper.ledger.LedgerSettings;
import io.floorkeeper.ledger.SpanLink;
import io.floorkeeper.ledger.StoredCall;
import io.floorkeeper.ledger.StoredCallRepository;
import io.floorkeeper.ledger.TotalsRepository;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.pricing.Catalogue;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Roles from above: a call without one takes that of the nearest ancestor that has one, once its
 * span has come. Until then it counts where its service's name puts it, or nowhere; then all that
 * was counted moves.
 *
 * <p>The streams only write down what waits and what may be waited for. Who brings them together
 * sees what both have committed, one replica at a time: so it does not matter what came first, by
 * which replica, or how often.
 */
@ApplicationScoped
class AncestorJoin {
  /** Whoever joins. */
  private static final long JOINING = 0x666c_6f6f_7200_0004L;

  /** Calls and spans in one transaction. */
  private static final int MOST = 2_000;

  private static final String NO_ROLE = "none";
  private static final String OF_RESOURCE = "resource:";
  private static final String OF_SERVICE = OF_RESOURCE + "service.name";

  private final AgroalDataSource database;
  private final AncestorRepository ancestors;
  private final StoredCallRepository calls;
  private final CallHourRepository hours;
  private final SpendCounter spending;
  private final TotalsRepository totals;
  private final LedgerSettings settings;
  private final PolicyBook policies;

  AncestorJoin(
      AgroalDataSource database,
      AncestorRepository ancestors,
      StoredCallRepository calls,
      CallHourRepository hours,
      SpendCounter spending,
      TotalsRepository totals,
      LedgerSettings settings,
      PolicyBook policies) {
    this.database = database;
    this.ancestors = ancestors;
    this.calls = calls;
    this.hours = hours;
    this.spending = spending;
    this.totals = totals;
    this.settings = settings;
    this.policies = policies;
  }

  /**
   * Writes down who may be waited for, in the transaction of the batch and before all else: where
   * such a span is sent again while it is joined, this waits for that, and must hold nothing then
   * that the joiner needs.
   */
  void note(Connection connection, List<SpanLink> links, Collection<JudgedCall> calls)
      throws SQLException {
    List<SpanLink> all = new ArrayList<>(links);
    calls.forEach(call -> link(call).ifPresent(all::add));
    ancestors.putLinks(connection, all, settings.ancestorKeep());
  }

  /**
   * A call may be above another one: an outer instrumentation's above an inner one's. Empty where
   * that could give nobody a role: it has none of its own and is a root; or it was a log record,
   * whose ids are made up, so that nobody names it as parent.
   */
  static Optional<SpanLink> link(JudgedCall judged) {
    Call call = judged.attributed().call();
    String source = judged.row().roleSource();
    boolean named = !source.equals(NO_ROLE) && !source.startsWith(OF_RESOURCE);
    if (call.isLogRecord() || !named && call.parentSpanId().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new SpanLink(
            call.traceId(),
            call.spanId(),
            call.parentSpanId(),
            call.startedAt(),
            named ? Optional.of(judged.row().role()) : Optional.empty(),
            named ? Optional.of(source) : Optional.empty()));
  }

  /**
   * Lets the calls wait that have no role of their own; twins too, so that their rows do not tell
   * whether they once counted.
   */
  void await(Connection connection, List<JudgedCall> calls) throws SQLException {
    List<Waiting> waiting = new ArrayList<>();
    for (JudgedCall call : calls) {
      String source = call.row().roleSource();
      if (call.attributed().decision().isEmpty()
          && (source.equals(NO_ROLE) || source.equals(OF_SERVICE))) {
        call.attributed()
            .call()
            .parentSpanId()
            .ifPresent(parent -> waiting.add(new Waiting(call.row().key(), parent)));
      }
    }
    ancestors.await(connection, waiting, settings.ancestorWait());
  }

  /**
   * Brings together what has come, and lets go what has waited long enough.
   *
   * @return whether there is more to be done at once
   */
  boolean pass() throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        boolean more = isAlone(connection) && join(connection);
        connection.commit();
        return more;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  /** Brings together all that has come, in the caller's transaction; nobody is let go. */
  void joinAll(Connection connection) throws SQLException {
    boolean more = true;
    while (more) {
      CallSums sums = new CallSums();
      more = join(connection, sums);
      write(connection, sums);
    }
  }

  private boolean join(Connection connection) throws SQLException {
    CallSums sums = new CallSums();
    boolean more = join(connection, sums);
    AncestorRepository.Expired expired = ancestors.expire(connection, MOST);
    sums.count("ancestors_missed", expired.calls());
    sums.count("ancestors_forgotten", expired.links());
    write(connection, sums);
    return more || expired.calls() == MOST || expired.links() == MOST;
  }

  private boolean join(Connection connection, CallSums sums) throws SQLException {
    Due due = ancestors.due(connection, MOST);
    List<Climbed> climbed = ancestors.climb(connection, due.calls());
    ancestors.settle(connection, climbed);
    give(connection, climbed, sums, view());
    return due.more();
  }

  private void write(Connection connection, CallSums sums) throws SQLException {
    spending.called(connection, sums.spent(), List.of(), List.of(), view()).forEach(sums::count);
    hours.move(connection, sums.hours());
    totals.add(connection, new TreeMap<>(sums.totals()));
  }

  private PolicyView view() {
    return PolicyView.of(policies.current(), Catalogue.NONE); // none is priced
  }

  private void give(Connection connection, List<Climbed> climbed, CallSums sums, PolicyView policy)
      throws SQLException {
    Map<CallKey, Climbed> found = new HashMap<>();
    for (Climbed one : climbed) {
      if (one.role() != null) {
        found.put(one.call(), one);
      } else if (one.awaits() == null) {
        sums.count("ancestors_without_role", 1);
      }
    }
    Map<CallKey, String> sources = new HashMap<>();
    List<StoredCall> moved = new ArrayList<>();
    for (StoredCall before : calls.lock(connection, found.keySet()).values()) {
      Climbed ancestor = found.get(before.key());
      StoredCall after = before.withRole(ancestor.role(), policy.numbers().roleNo(ancestor.role()));
      if (!before.twin()) {
        sums.takeBack(before);
        sums.add(after);
      }
      sources.put(after.key(), "ancestor:" + ancestor.roleSource());
      moved.add(after);
    }
    calls.writeRoles(connection, moved, sources);
    sums.count("ancestors_joined", moved.size());
  }

  private static boolean isAlone(Connection connection) throws SQLException {
    try (PreparedStatement attempt =
        connection.prepareStatement("select pg_try_advisory_xact_lock(?)")) {
      attempt.setLong(1, JOINING);
      try (ResultSet row = attempt.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
