package io.floorkeeper.learning;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.CallRepository;
import io.floorkeeper.ledger.CorrelationRepository.Delta;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.Evaluation;
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

  private static final int LONGEST_TEXT = RewardModel.LONGEST_NAME;

  private final EvaluationRepository evaluations;
  private final TargetRepository targets;
  private final EvaluationSettings settings;
  private final Clock clock;

  @Inject
  EvaluationJoin(
      EvaluationRepository evaluations, TargetRepository targets, EvaluationSettings settings) {
    this(evaluations, targets, settings, Clock.systemUTC());
  }

  EvaluationJoin(
      EvaluationRepository evaluations,
      TargetRepository targets,
      EvaluationSettings settings,
      Clock clock) {
    this.evaluations = evaluations;
    this.targets = targets;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Joins a batch whose calls are written already.
   *
   * @param fresh its calls that were never seen before
   * @param teaching those of them that teach: what they carry is kept
   * @param told judgements that came by themselves
   */
  Joined join(
      Connection connection,
      List<JudgedCall> fresh,
      List<JudgedCall> teaching,
      List<TargetedEvaluation> told)
      throws SQLException {
    Joined joined = new Joined();
    if (!fresh.isEmpty()) {
      awaited(connection, fresh, joined);
    }
    evaluations.putCarried(connection, carried(teaching));
    if (!told.isEmpty()) {
      told(connection, told, joined);
    }
    return joined;
  }

  /** Forgets what calls carry that count no more: a twin counts, with what it carries itself. */
  void forget(Connection connection, List<EpisodeCorrection> corrections, Joined joined)
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

  /** What calls carry: of those that teach alone, for others have no episode. */
  private static List<StoredEvaluation> carried(List<JudgedCall> teaching) {
    TreeMap<Key, StoredEvaluation> rows = new TreeMap<>();
    for (JudgedCall judged : teaching) {
      Call call = judged.attributed().call();
      for (Evaluation evaluation : call.evaluations()) {
        if (isKept(evaluation)) {
          StoredEvaluation row =
              stored(
                  TargetKey.span(call.traceId(), call.spanId()),
                  StoredEvaluation.OWN,
                  0,
                  evaluation,
                  call.startedAt().plusMillis(call.latencyMillis()),
                  "",
                  Optional.of(
                      new Place(
                          ByteBuffer.wrap(judged.decision().root()), judged.ofEpisode().rank())));
          rows.merge(row.key(), row, EvaluationJoin::later);
        }
      }
    }
    return List.copyOf(rows.values());
  }

  private void told(Connection connection, List<TargetedEvaluation> told, Joined joined)
      throws SQLException {
    TreeMap<Key, StoredEvaluation> rows = new TreeMap<>();
    for (TargetedEvaluation one : told) {
      if (!isKept(one.evaluation())) {
        joined.count("evaluations_too_long");
        continue;
      }
      if (one.target() instanceof EvaluationTarget.OfResponse response
          && !TargetKey.tellsResponse(response.responseId())) {
        joined.count("evaluations_ambiguous");
        continue;
      }
      StoredEvaluation row =
          stored(
              TargetKey.of(one.target()),
              one.tenantNo().orElse(StoredEvaluation.ALL_TENANTS),
              one.target() instanceof EvaluationTarget.OfDecision of ? of.decision().rung() : 0,
              one.evaluation(),
              one.saidAt(),
              one.source(),
              Optional.empty());
      if (rows.containsKey(row.key())) {
        joined.count("evaluations_repeated");
      }
      rows.merge(row.key(), row, EvaluationJoin::later);
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

  /** Whoever waits for one of these calls, their responses, tasks and sessions. */
  private void awaited(Connection connection, List<JudgedCall> fresh, Joined joined)
      throws SQLException {
    List<TargetKey> waiting = evaluations.waiting(connection, FEW + 1);
    if (waiting.isEmpty()) {
      return;
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
    if (!here.isEmpty()) {
      resolve(connection, evaluations.claim(connection, here), fresh, joined);
    }
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
    return new Settled(
        stored.key(), stored.standing(), Optional.empty(), nextLook(stored).orElse(null));
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
      case JOINED -> joined.correlated(stored.toldAt());
      case UNROUTED, FOREIGN, TOO_LATE, EXPIRED -> joined.count("evaluations_" + now.standing());
      case HELD, SESSION, CREDITED -> {
        // it goes on waiting
      }
    }
  }

  private static boolean isKept(Evaluation evaluation) {
    return evaluation.name().length() <= LONGEST_TEXT
        && evaluation.identifier().map(String::length).orElse(0) <= LONGEST_TEXT;
  }

  private static StoredEvaluation later(StoredEvaluation one, StoredEvaluation other) {
    return StoredEvaluation.LATEST.compare(one, other) >= 0 ? one : other;
  }

  private static StoredEvaluation stored(
      TargetKey target,
      int scope,
      int rung,
      Evaluation evaluation,
      Instant saidAt,
      String source,
      Optional<Place> place) {
    return new StoredEvaluation(
        new Key(target, scope, rung, evaluation.name(), evaluation.identifier().orElse("")),
        new Evaluation(
            evaluation.name(),
            evaluation.score(),
            Optional.empty(),
            RewardModel.passed(evaluation),
            evaluation.labelProbability(),
            evaluation.identifier()),
        saidAt.truncatedTo(ChronoUnit.MICROS),
        source,
        place);
  }

  /** The distinct roots among places. */
  static Collection<byte[]> arrays(Collection<ByteBuffer> roots) {
    return roots.stream().map(ByteBuffer::array).toList();
  }
}
