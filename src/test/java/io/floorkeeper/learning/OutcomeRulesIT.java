package io.floorkeeper.learning;

import static io.floorkeeper.learning.CallFacts.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.CorrelationRepository;
import io.floorkeeper.ledger.CorrelationRepository.Delta;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.EvaluationTarget;
import io.floorkeeper.ledger.StoredEvaluation;
import io.floorkeeper.ledger.TargetKey;
import io.floorkeeper.ledger.TargetRepository;
import io.floorkeeper.ledger.TargetedEvaluation;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.PolicyReader;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Defaults, alarms and answers that depend on when something was decided or said, and to whom. */
class OutcomeRulesIT {
  private static final Instant AT =
      Instant.now().minus(2, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MILLIS);

  @TempDir Path folder;
  private EmbeddedPlatform platform;
  private LearningParts replica;

  @BeforeEach
  void start() throws SQLException {
    platform =
        EmbeddedPlatform.start(
            folder.resolve("data"), new EmbeddedPlatform.Options(true, false, 0, 0, 0, line -> {}));
    EmbeddedDatabase database = platform.database().orElseThrow();
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.username(), database.password())
        .load()
        .migrate();
    replica = new LearningParts(database, Map.of());
  }

  @AfterEach
  void stop() {
    replica.close();
    platform.close();
  }

  @Test
  void aDefaultThatIsPublishedLaterSpeaksForLaterDecisionsAlone() {
    PolicyBook.Published first = LearningParts.published();
    replica.execute(
        "insert into policy_version (tenant_no, version, digest, document, source) values (0, 1, '"
            + "0".repeat(64)
            + "', '"
            + first.document().replace("'", "''")
            + "', 'first')");
    String document =
        first.document().replace("  critic:\n", "  critic:\n    reward_default: .25\n");
    replica
        .part(PolicyBook.class)
        .publish(
            new PolicyBook.Published(
                2, PolicyReader.read(document, "second"), first.numbers(), document, "second"));
    apply(decision(1, 1, 0), null);
    apply(decision(2, 2, 0), null);
    replica.execute("update episode set decided_at = decided_at - interval '60 days'");

    replica.transaction(connection -> replica.part(RewardWait.class).look(connection));

    assertThat(
            replica.rows(
                "select default_q_micros from episode order by default_q_micros nulls first"))
        .containsExactly("null", "250000");
  }

  @Test
  void judgementsThatCameJustNowRaiseNoAlarmAndThoseOfTwoHoursAgoDo() {
    told(Instant.now(), 200);

    replica.transaction(connection -> watch().look(connection));
    assertThat(replica.rows("select kind from correlation_alarm")).isEmpty();

    told(Instant.now().minus(2, ChronoUnit.HOURS), 200);
    replica.transaction(connection -> watch().look(connection));
    assertThat(replica.rows("select kind, n from correlation_alarm"))
        .containsExactly("not_correlated | 200");
  }

  @Test
  void aTenantIsNotToldOfTheSessionOfAnother() {
    apply(decision(1, 1, 7), "s-1");

    assertThat(here(7)).containsExactly(0);
    assertThat(here(StoredEvaluation.ALL_TENANTS)).containsExactly(0);
    assertThat(here(8)).isEmpty();
  }

  /** The role names no evaluations: what is left is a score that is on no scale. */
  @Test
  void aJudgementThatFindsItsDecisionAndGivesNoLabelIsCounted() {
    apply(decision(1, 1, 0), null);

    Map<String, Long> moved =
        replica.apply(
            new Facts(
                List.of(),
                List.of(),
                List.of(
                    new TargetedEvaluation(
                        new EvaluationTarget.OfDecision(decision(1, 1, 0)),
                        new Evaluation(
                            "stars",
                            Optional.of(7.0),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty()),
                        AT,
                        "test"))));

    assertThat(moved)
        .containsEntry("evaluations_correlated", 1L)
        .containsEntry("evaluations_unlabelling_off_scale", 1L);
  }

  private Set<Integer> here(int scope) {
    TargetKey session = TargetKey.session(TargetKey.sessionHash("s-1"));
    return replica.transaction(
        connection ->
            replica
                .part(TargetRepository.class)
                .here(connection, scope, List.of(new TargetRepository.Sought(0, session, 0))));
  }

  private CorrelationWatch watch() {
    return new CorrelationWatch(
        replica.part(CorrelationRepository.class),
        replica.part(EvaluationSettings.class),
        new io.micrometer.core.instrument.simple.SimpleMeterRegistry());
  }

  private void told(Instant at, long many) {
    replica.transaction(
        connection -> {
          replica
              .part(CorrelationRepository.class)
              .add(connection, new TreeMap<>(Map.of(Delta.hour(at), new Delta(many, 0, 0, 0))));
          return null;
        });
  }

  private void apply(DecisionId decision, String session) {
    replica.apply(
        new Facts(
            List.of(call(1, decision.sequence(), AT).session(session).decided(decision).build()),
            List.of(),
            List.of()));
  }

  private static DecisionId decision(int sequence, int policyVersion, int tenantNo) {
    PolicyBook.Published published = LearningParts.published();
    return new DecisionId(
        0,
        DecisionId.BASE_LABEL,
        0,
        AT.toEpochMilli(),
        1,
        sequence,
        tenantNo,
        published.numbers().roleNo("critic"),
        0,
        published.numbers().arms().get("small/tiny-1"),
        1,
        255,
        policyVersion,
        0,
        0);
  }
}
