package io.floorkeeper.routing;

import java.util.Map;

/** A request of tests, said field by field; of data class {@link #FREE} until another is said. */
record Ask(RouteRequest request) {

  /** A class that test policies know and do not pin. */
  static final String FREE = "public";

  static Ask role(String role) {
    return new Ask(
        new RouteRequest(role, null, null, null, null, FREE, null, null, null, null, null, null));
  }

  static Ask worker() {
    return role("worker");
  }

  Ask session(String session) {
    return with(session, request.dataClass(), request.tags(), request.minTier());
  }

  Ask dataClass(String dataClass) {
    return with(request.sessionId(), dataClass, request.tags(), request.minTier());
  }

  Ask tags(Map<String, String> tags) {
    return with(request.sessionId(), request.dataClass(), tags, request.minTier());
  }

  Ask minTier(String minTier) {
    return with(request.sessionId(), request.dataClass(), request.tags(), minTier);
  }

  Ask maxCostUsd(double maxCostUsd) {
    return with(maxCostUsd, request.maxLatencyMs(), request.continues());
  }

  Ask run(String run) {
    return new Ask(
        new RouteRequest(
            request.role(),
            request.collaboration(),
            request.sessionId(),
            run,
            request.step(),
            request.dataClass(),
            request.tags(),
            request.context(),
            request.minTier(),
            request.maxCostUsd(),
            request.maxLatencyMs(),
            request.continues()));
  }

  Ask maxLatencyMs(long maxLatencyMs) {
    return with(request.maxCostUsd(), maxLatencyMs, request.continues());
  }

  Ask continuing(String decisionId) {
    return with(request.maxCostUsd(), request.maxLatencyMs(), decisionId);
  }

  private Ask with(String session, String dataClass, Map<String, String> tags, String minTier) {
    return new Ask(
        new RouteRequest(
            request.role(),
            null,
            session,
            request.runId(),
            null,
            dataClass,
            tags,
            null,
            minTier,
            request.maxCostUsd(),
            request.maxLatencyMs(),
            request.continues()));
  }

  private Ask with(Double maxCostUsd, Long maxLatencyMs, String continues) {
    return new Ask(
        new RouteRequest(
            request.role(),
            null,
            request.sessionId(),
            request.runId(),
            null,
            request.dataClass(),
            request.tags(),
            null,
            request.minTier(),
            maxCostUsd,
            maxLatencyMs,
            continues));
  }
}
