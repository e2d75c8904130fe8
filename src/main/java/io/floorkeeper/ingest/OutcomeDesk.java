package io.floorkeeper.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agroal.api.AgroalDataSource;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.InvalidDecisionIdException;
import io.floorkeeper.ledger.KeyBook;
import io.floorkeeper.ledger.OutcomeRepository;
import io.floorkeeper.ledger.StoredEvaluation;
import io.floorkeeper.ledger.TargetKey;
import io.floorkeeper.ledger.TargetRepository;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.DatabaseGate;
import io.floorkeeper.platform.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Takes outcomes: checks them, puts them into Kafka, and says what will become of them. The
 * database is only asked; while it is away outcomes are taken all the same, and the answer says
 * that nobody has looked.
 */
@ApplicationScoped
class OutcomeDesk {
  private final KeyBook keys;
  private final OutcomeTopic topic;
  private final OutcomeRepository outcomes;
  private final TargetRepository targets;
  private final AgroalDataSource database;
  private final DatabaseGate gate;
  private final ObjectMapper json;
  private final MeterRegistry meters;
  private final Clock clock = Clock.systemUTC();

  OutcomeDesk(
      KeyBook keys,
      OutcomeTopic topic,
      OutcomeRepository outcomes,
      TargetRepository targets,
      AgroalDataSource database,
      DatabaseGate gate,
      ObjectMapper json,
      MeterRegistry meters) {
    this.keys = keys;
    this.topic = topic;
    this.outcomes = outcomes;
    this.targets = targets;
    this.database = database;
    this.gate = gate;
    this.json = json;
    this.meters = meters;
  }

  /** An outcome that can be believed, and what it is about. */
  private record Sound(OutcomeRequest request, TargetKey target, int rung) {}

  /**
   * What the database knows.
   *
   * @param taken hashes of earlier requests under the key, by item
   * @param here places of the items whose target has come
   */
  private record Known(Map<Integer, String> taken, Set<Integer> here) {}

  /**
   * @throws Problem.Unprocessable naming the field; or the key was used for another body
   * @throws Problem.Unavailable where the broker does not take it
   */
  OutcomeAnswer single(Caller caller, String key, OutcomeRequest request) {
    Sound sound = sound(caller, request);
    OutcomeAnswer answer = take(caller, key, hash(request), new TreeMap<>(Map.of(0, sound))).get(0);
    count(answer);
    return answer;
  }

  /** As {@link #single}, but one that cannot be believed is refused alone. */
  List<OutcomeAnswer> batch(Caller caller, String key, List<OutcomeRequest> requests) {
    TreeMap<Integer, Sound> sound = new TreeMap<>();
    Map<Integer, OutcomeAnswer> answers = new HashMap<>();
    for (int i = 0; i < requests.size(); i++) {
      try {
        if (requests.get(i) == null) {
          throw new Problem.Unprocessable("missing_field", "outcomes[" + i + "]", "is null");
        }
        sound.put(i, sound(caller, requests.get(i)));
      } catch (Problem.Unprocessable refusal) {
        answers.put(i, OutcomeAnswer.refused(refusal));
      }
    }
    answers.putAll(take(caller, key, hash(requests), sound));
    List<OutcomeAnswer> inOrder = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      inOrder.add(answers.get(i));
    }
    inOrder.forEach(this::count);
    return inOrder;
  }

  private Map<Integer, OutcomeAnswer> take(
      Caller caller, String key, String hash, TreeMap<Integer, Sound> sound) {
    int scope = caller.allTenants() ? StoredEvaluation.ALL_TENANTS : caller.tenantNo();
    Optional<Known> known = known(scope, key, sound);
    Map<Integer, String> taken = known.map(Known::taken).orElse(Map.of());
    if (taken.values().stream().anyMatch(earlier -> !earlier.equals(hash))) {
      throw new Problem.Unprocessable(
          "idempotency_key_reused", "Idempotency-Key", "was used for another body");
    }
    Instant now = clock.instant();
    List<OutcomeRecord> records = new ArrayList<>();
    Map<Integer, OutcomeAnswer> answers = new HashMap<>();
    sound.forEach(
        (item, one) -> {
          if (taken.containsKey(item)) {
            answers.put(item, OutcomeAnswer.of("duplicate", true));
            return;
          }
          records.add(OutcomeRecord.of(scope, key, item, hash, now, one.request));
          boolean held = known.isPresent() && !known.get().here.contains(item);
          answers.put(item, OutcomeAnswer.of(held ? "held" : "recorded", known.isPresent()));
        });
    topic.put(records);
    return answers;
  }

  private Sound sound(Caller caller, OutcomeRequest asked) {
    OutcomeRequest request = asked.validated();
    if (request.decisionId() == null) {
      return new Sound(
          request,
          request.sessionId() != null
              ? TargetKey.session(TargetKey.sessionHash(request.sessionId()))
              : TargetKey.span(request.traceId(), request.spanId()),
          0);
    }
    DecisionId id;
    try {
      id = keys.current().verify(request.decisionId());
    } catch (InvalidDecisionIdException e) {
      throw new Problem.Unprocessable("invalid_decision_id", "decision_id", e.getMessage());
    }
    if (id.keyNo() == DecisionId.UNSTORED_KEY) {
      throw new Problem.Unprocessable(
          "invalid_decision_id",
          "decision_id",
          "was given while the database was out of reach: nothing is learned under it");
    }
    if (!caller.allTenants() && id.tenantNo() != caller.tenantNo()) {
      throw new Problem.Unprocessable(
          "wrong_tenant", "decision_id", "is a decision of another tenant than the caller's");
    }
    return new Sound(request, TargetKey.decision(id.root()), id.rung());
  }

  /** Empty: the database cannot be asked. */
  private Optional<Known> known(int scope, String key, TreeMap<Integer, Sound> sound) {
    if (!gate.isOpen()) {
      return Optional.empty();
    }
    try (Connection connection = database.getConnection()) {
      return Optional.of(
          new Known(
              outcomes.taken(connection, scope, key),
              targets.here(
                  connection,
                  scope,
                  sound.entrySet().stream()
                      .map(
                          e ->
                              new TargetRepository.Sought(
                                  e.getKey(), e.getValue().target, e.getValue().rung))
                      .toList())));
    } catch (SQLException e) {
      return Optional.empty();
    }
  }

  private String hash(Object body) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(json.writeValueAsBytes(body)));
    } catch (NoSuchAlgorithmException | JsonProcessingException e) {
      throw new IllegalStateException("every JDK has SHA-256, and records are writable", e);
    }
  }

  private void count(OutcomeAnswer answer) {
    meters.counter("floorkeeper.outcomes", "status", answer.status()).increment();
  }
}
