package io.floorkeeper.learning;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.EvaluationTarget;
import io.floorkeeper.ledger.TargetedEvaluation;
import io.floorkeeper.ledger.Tokens;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/**
 * Tasks of two roles with retries, climbed rungs, errors, sessions, and all that is said of them:
 * by calls themselves, by span, by response, by decision, by session, repeatedly and corrected.
 */
final class InventedTasks {
  static final int WORKER = 1;
  static final int CRITIC = 2;
  static final List<String> MODELS = List.of("tiny-1", "medium-1", "grand-1");
  private static final boolean RESPONSES = false;
  private static final DecisionKeys KEYS = new DecisionKeys(Map.of(0, new byte[32]));

  final List<AttributedCall> calls = new ArrayList<>();
  final List<TargetedEvaluation> told = new ArrayList<>();
  private final Random random;
  private final Instant start =
      Instant.now().minus(2, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MICROS);
  private int sources;

  InventedTasks(Random random, int tasks, int sessions) {
    this.random = random;
    for (int t = 0; t < tasks; t++) {
      task(
          t,
          random.nextInt(3) == 0 ? Optional.empty() : Optional.of("s-" + random.nextInt(sessions)));
    }
    for (int s = 0; s < sessions; s++) {
      for (int i = random.nextInt(3); i > 0; i--) {
        say(new EvaluationTarget.OfSession("s-" + s));
      }
    }
    // What a source sends again is the same to the letter.
    for (TargetedEvaluation one : List.copyOf(told)) {
      if (random.nextInt(5) == 0) {
        told.add(one);
      }
    }
  }

  private void task(int number, Optional<String> session) {
    DecisionId first =
        new DecisionId(
            0,
            random.nextBoolean() ? DecisionId.BASE_LABEL : DecisionId.BOOSTED_LABEL,
            0,
            start.toEpochMilli() + number,
            1,
            number,
            0,
            random.nextBoolean() ? WORKER : CRITIC,
            0,
            1,
            1,
            255,
            1,
            1,
            0);
    int rungs = random.nextInt(4) == 0 ? 2 : 1;
    for (int rung = 0; rung < rungs; rung++) {
      DecisionId decision = first.with(first.flags() | (rung > 0 ? DecisionId.STICKY : 0), rung, 0);
      for (int c = 1 + random.nextInt(3); c > 0; c--) {
        call(decision, session, MODELS.get(rung));
      }
      for (int i = random.nextInt(3); i > 0; i--) {
        say(new EvaluationTarget.OfDecision(decision));
      }
    }
  }

  private void call(DecisionId decision, Optional<String> session, String model) {
    String trace = "%032x".formatted(calls.size() + 1);
    String span = "%016x".formatted(random.nextLong());
    Optional<String> response =
        random.nextBoolean()
            ? Optional.of("chatcmpl-" + "%020d".formatted(calls.size()))
            : Optional.empty();
    List<Evaluation> own =
        random.nextInt(3) == 0 ? List.of(evaluation("judge"), evaluation("other")) : List.of();
    calls.add(
        new AttributedCall(
            new Call(
                trace,
                span,
                Optional.empty(),
                start.plus(random.nextInt(1_000_000), ChronoUnit.MICROS),
                random.nextInt(5_000),
                "test",
                Optional.of(model),
                Optional.empty(),
                Optional.of("acme"),
                Optional.of(new Tokens(random.nextInt(2_000), 0, 0, random.nextInt(500), 0)),
                OptionalLong.empty(),
                Optional.of(KEYS.sign(decision)),
                Optional.empty(),
                Optional.empty(),
                session,
                response,
                random.nextInt(4) == 0,
                Optional.empty(),
                own,
                Optional.empty()),
            Optional.of(decision)));
    for (int i = random.nextInt(3); i > 0; i--) {
      say(new EvaluationTarget.OfSpan(trace, span));
    }
    if (RESPONSES && response.isPresent() && random.nextBoolean()) {
      say(new EvaluationTarget.OfResponse(response.get()));
    }
  }

  private void say(EvaluationTarget target) {
    String name = List.of("judge", "cost-of-repair", "other").get(random.nextInt(3));
    told.add(
        new TargetedEvaluation(
            target,
            evaluation(name),
            start.plus(1_000 + random.nextInt(50), ChronoUnit.SECONDS),
            "source-" + sources++));
  }

  /** One in four is off the scale of the role that names it, so no label. */
  private Evaluation evaluation(String name) {
    return new Evaluation(
        name,
        random.nextInt(5) == 0 ? Optional.empty() : Optional.of(random.nextInt(12) / 2.0),
        Optional.of(random.nextBoolean() ? "pass" : "bad"),
        Optional.empty(),
        random.nextInt(4) == 0 ? Optional.of(.25) : Optional.empty(),
        random.nextInt(3) == 0 ? Optional.of("second-judge") : Optional.empty());
  }
}
