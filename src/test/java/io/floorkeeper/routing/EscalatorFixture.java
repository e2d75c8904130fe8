package io.floorkeeper.routing;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.policy.PolicyBook;
import java.util.List;
import java.util.Map;

/** A router, an escalator, and the words to fail a check. */
abstract class EscalatorFixture extends RouterFixture {
  static final String LADDER =
      """
      roles:
        worker:
          strategy: fixed
          preset: small
          checks:
            - {name: schema, kind: schema}
            - {name: sure, kind: confidence, min_confidence: 0.8}
            - {name: complete, kind: required_fields, fields: [iban, due date]}
        critic: {strategy: fixed, preset: mid}
      data_classes: [public]
      """;

  final Escalator escalator = new Escalator(ID_LIFE_MILLIS);

  /** The mixed-in settings of worker: a fixed role that starts small. */
  static AllocationSnapshot worker(String settings, String rest) {
    return Snapshots.of(
        Snapshots.published(
            "roles: {worker: {strategy: fixed, preset: small" + settings + "}}\n" + rest));
  }

  static AllocationSnapshot ladder() {
    return Snapshots.of(Snapshots.published(LADDER));
  }

  Escalation escalate(AllocationSnapshot snapshot, EscalateRequest request) {
    return escalator.escalate(request.validated(), Caller.LOCAL, snapshot, Snapshots.NOW);
  }

  /** Of the class that test policies know and do not pin, with no tags. */
  static EscalateRequest failed(String decisionId, String check) {
    return failed(decisionId, check, null, Ask.FREE, Map.of());
  }

  static EscalateRequest failed(
      String decisionId,
      String check,
      EscalateRequest.Detail detail,
      String dataClass,
      Map<String, String> tags) {
    return new EscalateRequest(
        decisionId,
        check,
        detail,
        null,
        null,
        null,
        null,
        null,
        dataClass,
        tags,
        null,
        null,
        null,
        null);
  }

  static EscalateRequest failedWithin(
      String decisionId, String minTier, Double maxCostUsd, Long maxLatencyMs) {
    return new EscalateRequest(
        decisionId,
        "schema",
        null,
        null,
        null,
        null,
        null,
        null,
        Ask.FREE,
        Map.of(),
        null,
        minTier,
        maxCostUsd,
        maxLatencyMs);
  }

  static String model(Escalation escalation) {
    return escalation.candidate() < 0
        ? null
        : escalation.routes().arms().get(escalation.candidate()).arm().model().name();
  }

  static EscalateRequest.Detail confidence(double confidence) {
    return new EscalateRequest.Detail(confidence, null, null);
  }

  static EscalateRequest.Detail missing(String... fields) {
    return new EscalateRequest.Detail(null, List.of(fields), null);
  }

  static PolicyBook.Published version(PolicyBook.Published published, int version) {
    return new PolicyBook.Published(
        version, published.policy(), published.numbers(), published.document(), published.source());
  }
}
