package io.floorkeeper.ingest;

import java.util.List;
import java.util.stream.Stream;

/** The attributes that Floorkeeper itself asks orchestrators for, whatever dialect they speak. */
public final class FloorkeeperKeys {
  /** On the span: the decision that this call follows. */
  public static final String DECISION_ID = "floorkeeper.decision.id";

  /** On the span or on the resource: who calls. */
  public static final String ROLE = "floorkeeper.role";

  /** On the span: the verdict of a deterministic check. */
  public static final String CHECK_PASSED = "floorkeeper.check.passed";

  /** On the span: which check. */
  public static final String CHECK_NAME = "floorkeeper.check.name";

  /** On the span: the probability with which its judgements were asked for, in (0, 1]. */
  public static final String LABEL_PROBABILITY = "floorkeeper.label_probability";

  /** On the resource, by OpenTelemetry's conventions. */
  public static final String SERVICE_NAME = "service.name";

  /** Which session a judgement is of, by OpenTelemetry's conventions, in the order to try. */
  static final List<String> SESSIONS = List.of("session.id", "gen_ai.conversation.id");

  /**
   * At which tier the provider served the call, by OpenTelemetry's conventions for OpenAI; what the
   * response says goes before what was asked for.
   */
  static final List<String> SERVICE_TIER =
      List.of(
          "openai.response.service_tier",
          "gen_ai.openai.response.service_tier",
          "openai.request.service_tier",
          "gen_ai.openai.request.service_tier");

  static final List<String> SPAN =
      Stream.of(
              List.of(DECISION_ID, ROLE, CHECK_PASSED, CHECK_NAME, LABEL_PROBABILITY),
              SESSIONS,
              SERVICE_TIER)
          .flatMap(List::stream)
          .toList();
  static final List<String> RESOURCE = List.of(ROLE, SERVICE_NAME);

  private FloorkeeperKeys() {}
}
