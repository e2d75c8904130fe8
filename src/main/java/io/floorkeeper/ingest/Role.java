package io.floorkeeper.ingest;

import java.util.regex.Pattern;

/**
 * Who calls, as far as the span itself and its resource say it.
 *
 * @param source the attribute that names it, {@link SpanReader#OF_RESOURCE} before one of the
 *     resource, or {@link #SPAN_NAME}
 */
record Role(String name, String source) {
  static final String SPAN_NAME = "span name";

  private static final String RESOURCE_ROLE = SpanReader.OF_RESOURCE + FloorkeeperKeys.ROLE;
  private static final String RESOURCE_SERVICE =
      SpanReader.OF_RESOURCE + FloorkeeperKeys.SERVICE_NAME;

  /** Ends in a UUID, with hyphens or without. */
  private static final Pattern INSTANCE =
      Pattern.compile(
          "(?:.*[^0-9a-zA-Z])?[0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}\\1[0-9a-fA-F]{4}\\1[0-9a-fA-F]{4}\\1[0-9a-fA-F]{12}");

  private static final int LEAST_INSTANCE = 32;

  /** Of a call: its own word, else its resource's; null: neither says it. */
  static Role of(RawSpan span, DialectRules rules) {
    Attributes own = new Attributes(span.attributes());
    String key = key(own, rules.agent);
    if (key != null) {
      return new Role(own.textOf(key), key);
    }
    Attributes resource = new Attributes(span.resource());
    String role = resource.textOf(FloorkeeperKeys.ROLE);
    if (role != null) {
      return new Role(role, RESOURCE_ROLE);
    }
    String service = resource.textOf(FloorkeeperKeys.SERVICE_NAME);
    return service == null || isUnknownService(service)
        ? null
        : new Role(service, RESOURCE_SERVICE);
  }

  /**
   * Of a span that is no call: its own word alone; null: it has none, or none that can be used.
   *
   * @param keys that name an agent, in the order to try
   * @param rules null: of a dialect that nobody knows
   */
  static Role ofAncestor(RawSpan span, String[] keys, DialectRules rules) {
    Attributes own = new Attributes(span.attributes());
    String key = key(own, keys);
    if (key != null) {
      Object value = own.value(key);
      return Attributes.usable(value) ? new Role(value.toString().strip(), key) : null;
    }
    String agent = rules == null ? null : rules.agentIn(span.name());
    return agent == null || !Attributes.usable(agent) ? null : new Role(agent.strip(), SPAN_NAME);
  }

  /**
   * The first of these keys that names a role: frameworks make an id for each instance of an agent,
   * which is no role of anything that runs twice, and would be a sum of its own in every hour.
   */
  private static String key(Attributes own, String[] keys) {
    for (String key : keys) {
      Object value = own.value(key);
      if (value != null && (key.equals(FloorkeeperKeys.ROLE) || !isInstance(value))) {
        return key;
      }
    }
    return null;
  }

  private static boolean isInstance(Object value) {
    return value instanceof String text
        && text.length() >= LEAST_INSTANCE
        && text.length() <= RawSpan.MAX_NAME
        && INSTANCE.matcher(text.strip()).matches();
  }

  /** What OpenTelemetry's SDKs write where nobody named the service. */
  private static boolean isUnknownService(String name) {
    return name.equals("unknown_service") || name.startsWith("unknown_service:");
  }
}
