package io.floorkeeper.learning;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.CallRepository;
import io.floorkeeper.ledger.CorrelationRepository.Delta;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.EvaluationRepository;
import io.floorkeeper.ledger.EvaluationRepository.Settled;
import io.floorkeeper.ledger.EvaluationRepository.Stored;
import io.floorkeeper.ledger.EvaluationTarget;
import io.floorkeeper.ledger.StoredEvaluation;
import io.floorkeeper.ledger.StoredEvaluation.Key;
import io.floorkeeper.ledger.StoredEvaluation.Place;
import io.floorkeeper.ledger.StoredEvaluation.Standing;
import io.floorkeeper.ledger.TargetKey;
import io.floorkeeper.ledger.TargetRepository;
import io.floorkeeper.ledger.TargetedEvaluation;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Judgements to what they judge, in the transaction of their batch: those that calls carry, those
 * that come by themselves, and those that came before what they judge and waited for it.
 *
 * <p>Two transactions that bring a judgement and its call at one moment do not see each other. So
 * whoever waits is also looked at again ({@link EvaluationSweep}), soon and then ever more seldom.
 *
 * <p>Cost where nobody waits and nothing came late: one look at an index that is empty, and one
 * bulk insert of what calls carry.
 */
@ApplicationScoped
class EvaluationJoin {
  /** Up to so many waiting targets are compared here and not in the database. */
  private static final int FEW = 1_000;

  private final EvaluationRepository evaluations;
  private final TargetRepository targets;
  private final EpisodeRepository episodes;
  private final EvaluationSettings settings;
  private final Clock clock;

  @Inject
  EvaluationJoin(
      EvaluationRepository evaluations,
      TargetRepository targets,
      EpisodeRepository episodes,
      EvaluationSettings settings) {
    this(evaluations, targets, episodes, settings, Clock.systemUTC());
  }

  EvaluationJoin(
      EvaluationRepository evaluations,
      TargetRepository targets,
      EpisodeRepository episodes,
      EvaluationSettings settings,
      Clock clock) {
    this.evaluations = evaluations;
    this.targets = targets;
    this.episodes = episodes;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Joins a batch whose calls are written already.
   *
   * @param fresh its calls that were never seen before
   * @param teaching those of them that teach: what they carry is kept
   * @param told judgements that came by themselves
   * @param corrections of calls of earlier batches: what carries and judges them counts no more
   */
  Joined join(
      Connection connection,
      List<JudgedCall> fresh,
      List<JudgedCall> teaching,
      List<TargetedEvaluation> told,
      List<EpisodeCorrection> corrections)
      throws SQLException {
    Joined joined = new Joined();
    Set<TargetKey> awaited = awaited(connection, fresh);
    lock(connection, awaited, teaching, told, corrections);
    if (!awaited.isEmpty()) {
      resolve(connection, evaluations.claim(connection, awaited), fresh, joined);
    }
    evaluations.putCarried(connection, EvaluationRows.carried(teaching));
    if (!told.isEmpty()) {
      told(connection, told, joined);
    }
    forget(connection, corrections, joined);
    return joined;
  }

  /** All at once that this transaction goes on to write: so two of them cannot wait in a ring. */
  private void lock(
      Connection connection,
      Set<TargetKey> awaited,
      List<JudgedCall> teaching,
      List<TargetedEvaluation> told,
      List<EpisodeCorrection> corrections)
      throws SQLException {
    Set<TargetKey> touched = new TreeSet<>(awaited);
    told.forEach(one -> touched.add(TargetKey.of(one.target())));
    if (touched.stream().anyMatch(target -> target.kind() == TargetKey.Kind.SESSION)) {
      // A call may take its task elsewhere: what is shared out there is shared anew.
      episodes
          .sessions(
              connection,
              teaching.stream().map(c -> ByteBuffer.wrap(c.decision().root())).distinct().toList())
          .forEach(session -> touched.add(TargetKey.session(session)));
    }
    List<byte[]> shrinking =
        corrections.stream()
            .filter(EpisodeCorrection::isLost)
            .map(lost -> lost.root().array())
            .toList();
    if (!shrinking.isEmpty()) {
      touched.addAll(evaluations.targetsOf(connection, shrinking));
    }
    if (!touched.isEmpty()) {
      evaluations.lock(connection, touched);
    }
  }

  /**
   * Lets judgements wait again whose episode is gone: all its calls were taken back. Should another
   * call of the decision come, they are found as if they had come before it.
   */
  void release(Connection connection, Joined joined) throws SQLException {
    if (joined.gone.isEmpty()) {
      return;
    }
    List<Settled> waiting = new ArrayList<>();
    for (Stored stored : evaluations.toldOf(connection, arrays(joined.gone))) {
      joined.uncorrelated(stored.toldAt());
      Settled now = notThere(stored);
      waiting.add(now);
      tell(stored, now, joined);
    }
    evaluations.settle(connection, waiting);
  }

  /** Forgets what calls carry that count no more: a twin counts, with what it carries itself. */
  private void forget(Connection connection, List<EpisodeCorrection> corrections, Joined joined)
      throws SQLException {
    List<TargetKey> lost = new ArrayList<>();
    for (EpisodeCorrection correction : corrections) {
      if (correction.isLost()) {
        CallRepository.CallKey key = correction.before().key();
        lost.add(TargetKey.span(key.traceId(), key.spanId()));
        joined.roots.add(correction.root());
      }
    }
    evaluations.forgetCarried(connection, lost);
  }

  /** What became of those that waited and are looked at again. */
  Joined look(Connection connection, List<Stored> due) throws SQLException {
    Joined joined = new Joined();
    resolve(connection, due, joined);
    return joined;
  }

  private void told(Connection connection, List<TargetedEvaluation> told, Joined joined)
      throws SQLException {
    TreeMap<Key, StoredEvaluation> rows = new TreeMap<>();
    for (TargetedEvaluation one : told) {
      if (!EvaluationRows.isKept(one.evaluation())) {
        joined.count("evaluations_too_long");
        continue;
      }
      if (one.target() instanceof EvaluationTarget.OfResponse response
          && !TargetKey.tellsResponse(response.responseId())) {
        joined.count("evaluations_ambiguous");
        continue;
      }
      StoredEvaluation row = EvaluationRows.told(one);
      if (rows.containsKey(row.key())) {
        joined.count("evaluations_repeated");
      }
      rows.merge(row.key(), row, EvaluationRows::later);
    }
    List<Stored> changed = evaluations.put(connection, List.copyOf(rows.values()));
    joined.totals.merge("evaluations_repeated", (long) rows.size() - changed.size(), Long::sum);
    List<Stored> open = new ArrayList<>();
    for (Stored stored : changed) {
      if (stored.fresh()) {
        joined.count("evaluations");
        joined.add(stored.toldAt(), new Delta(1, 0, 0, 0));
      } else {
        joined.count("evaluations_replaced");
      }
      stored.place().ifPresent(place -> joined.roots.add(place.root()));
      if (stored.standing() == Standing.HELD
          || stored.standing() == Standing.SESSION
          || stored.standing() == Standing.CREDITED) {
        open.add(stored);
      }
    }
    resolve(connection, open, joined);
  }

  /** What is waited for and may have come: these calls, their responses, tasks and sessions. */
  private Set<TargetKey> awaited(Connection connection, List<JudgedCall> fresh)
      throws SQLException {
    List<TargetKey> waiting =
        fresh.isEmpty() ? List.of() : evaluations.waiting(connection, FEW + 1);
    if (waiting.isEmpty()) {
      return Set.of();
    }
    Set<TargetKey> here = new HashSet<>();
    for (JudgedCall judged : fresh) {
      Call call = judged.attributed().call();
      here.add(TargetKey.span(call.traceId(), call.spanId()));
      call.responseId()
          .filter(TargetKey::tellsResponse)
          .ifPresent(id -> here.add(TargetKey.response(id)));
      if (judged.teaches()) {
        here.add(TargetKey.decision(judged.decision().root()));
        call.sessionId().ifPresent(id -> here.add(TargetKey.session(TargetKey.sessionHash(id))));
      }
    }
    if (waiting.size() <= FEW) {
      here.retainAll(new HashSet<>(waiting));
    }
    return here;
  }

  private void resolve(Connection connection, List<Stored> open, Joined joined)
      throws SQLException {
    resolve(connection, open, List.of(), joined);
  }

  /**
   * @param fresh calls of this transaction: their tasks may not be written yet
   */
  private void resolve(
      Connection connection, List<Stored> open, List<JudgedCall> fresh, Joined joined)
      throws SQLException {
    if (open.isEmpty()) {
      return;
    }
    Map<TargetKey, TargetRepository.FoundCall> calls =
        targets.calls(connection, open.stream().map(s -> s.key().target()).toList());
    Set<ByteBuffer> tasks = tasks(connection, open, fresh, false);
    Set<ByteBuffer> climbed = tasks(connection, open, fresh, true);
    List<Settled> settled = new ArrayList<>();
    for (Stored stored : open) {
      Settled now =
          switch (stored.key().target().kind()) {
            case SPAN, RESPONSE -> ofCall(stored, calls.get(stored.key().target()));
            case DECISION -> ofDecision(stored, stored.key().rung() == 0 ? tasks : climbed);
            case SESSION -> ofSession(stored, joined);
          };
      settled.add(now);
      tell(stored, now, joined);
    }
    evaluations.settle(connection, settled);
  }

  private Set<ByteBuffer> tasks(
      Connection connection, List<Stored> open, List<JudgedCall> fresh, boolean climbed)
      throws SQLException {
    List<byte[]> roots =
        open.stream()
            .filter(s -> s.key().target().kind() == TargetKey.Kind.DECISION)
            .filter(s -> s.key().rung() > 0 == climbed)
            .map(s -> s.key().target().root())
            .toList();
    if (roots.isEmpty()) {
      return Set.of();
    }
    Set<ByteBuffer> there = targets.tasks(connection, roots, climbed);
    for (JudgedCall judged : fresh) {
      if (judged.teaches() && (!climbed || judged.decision().rung() > 0)) {
        there.add(ByteBuffer.wrap(judged.decision().root()));
      }
    }
    return there;
  }

  private Settled ofCall(Stored stored, TargetRepository.FoundCall call) {
    if (call == null) {
      return notThere(stored);
    }
    if (call.decisionId() == null || !call.followed()) {
      return new Settled(stored.key(), Standing.UNROUTED, Optional.empty(), null);
    }
    byte[] root = DecisionId.rootOf(call.decisionId());
    return place(
        stored,
        root,
        EpisodeCall.rank(DecisionId.rungOf(call.decisionId()), call.startedAt(), call.spanId()));
  }

  private Settled ofDecision(Stored stored, Set<ByteBuffer> there) {
    byte[] root = stored.key().target().root();
    return there.contains(ByteBuffer.wrap(root))
        ? place(stored, root, EpisodeCall.rankBehind(stored.key().rung()))
        : notThere(stored);
  }

  private Settled place(Stored stored, byte[] root, byte[] rank) {
    DecisionId decision = DecisionId.ofRoot(root, 0);
    int scope = stored.key().scope();
    if (scope != StoredEvaluation.ALL_TENANTS && scope != decision.tenantNo()) {
      return new Settled(stored.key(), Standing.FOREIGN, Optional.empty(), null);
    }
    if (Instant.ofEpochMilli(decision.epochMillis())
        .isBefore(clock.instant().minus(settings.oldestDecision()))) {
      return new Settled(stored.key(), Standing.TOO_LATE, Optional.empty(), null);
    }
    return new Settled(
        stored.key(), Standing.JOINED, Optional.of(new Place(ByteBuffer.wrap(root), rank)), null);
  }

  /** Its sharing is the learner's; it is waited for as long as decisions of it may come. */
  private Settled ofSession(Stored stored, Joined joined) {
    joined.sessions.add(stored.key().target().session().orElseThrow());
    Optional<Instant> next = nextLook(stored);
    if (next.isEmpty() && stored.standing() == Standing.SESSION) {
      joined.count("evaluations_unshared"); // no decision came, too many did, or others' alone
    }
    return new Settled(stored.key(), stored.standing(), Optional.empty(), next.orElse(null));
  }

  private Settled notThere(Stored stored) {
    return nextLook(stored)
        .map(at -> new Settled(stored.key(), Standing.HELD, Optional.empty(), at))
        .orElseGet(() -> new Settled(stored.key(), Standing.EXPIRED, Optional.empty(), null));
  }

  /** After as long again as it has waited already; at last when its time is over. */
  private Optional<Instant> nextLook(Stored stored) {
    Instant now = clock.instant();
    Instant end = stored.toldAt().plus(settings.hold());
    if (!now.isBefore(end)) {
      return Optional.empty();
    }
    long waited = Math.max(1, ChronoUnit.SECONDS.between(stored.toldAt(), now));
    Instant next = now.plusSeconds(Math.min(waited, settings.longestPause().toSeconds()));
    return Optional.of(next.isBefore(end) ? next : end);
  }

  private static void tell(Stored stored, Settled now, Joined joined) {
    now.place().ifPresent(place -> joined.roots.add(place.root()));
    switch (now.standing()) {
      case JOINED -> {
        joined.found.add(stored.key());
        joined.correlated(stored.toldAt());
      }
      case UNROUTED, FOREIGN, TOO_LATE, EXPIRED -> joined.count("evaluations_" + now.standing());
      case HELD, SESSION, CREDITED -> {
        // it goes on waiting
      }
    }
  }

  /** The distinct roots among places. */
  static Collection<byte[]> arrays(Collection<ByteBuffer> roots) {
    return roots.stream().map(ByteBuffer::array).toList();
  }
}
