package io.floorkeeper.ingest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a span says itself of having been sampled: others like it were dropped on the way.
 *
 * @param by what says so
 * @param probability with which it was kept; NaN where the mark does not say
 */
record SamplingMark(By by, double probability) {
  /** Where the decoders put the member {@code ot} of the W3C trace state, without its key. */
  static final String TRACE_STATE = "floorkeeper.tracestate.ot";

  private static final String PROBABILITY = "sampling.probability";
  private static final String JAEGER_TYPE = "sampler.type";
  private static final String JAEGER_PARAM = "sampler.param";
  private static final String ONE_OF = "SampleRate";

  /** Attributes that are looked at. */
  static final List<String> KEYS = List.of(PROBABILITY, JAEGER_TYPE, JAEGER_PARAM, ONE_OF);

  private static final Pattern THRESHOLD = Pattern.compile("(?:^|;)th:([0-9a-f]{1,14})(?:;|$)");
  private static final Pattern EXPONENT = Pattern.compile("(?:^|;)p:([0-9]{1,2})(?:;|$)");
  private static final int LONGEST_MEMBER = 256;
  private static final int THRESHOLD_DIGITS = 14;

  /** What the mark is. */
  enum By {
    TRACE_STATE("sampled_by_trace_state"),
    ATTRIBUTE("sampled_by_attribute");

    private final String total;

    By(String total) {
      this.total = total;
    }
  }

  /** The ingest totals that count it. */
  List<String> totals() {
    return List.of("sampled_spans", by.total);
  }

  /** The mark of a span; none where it was kept for certain, or says nothing. */
  static Optional<SamplingMark> of(RawSpan span) {
    Map<String, Object> attributes = span.attributes();
    if (attributes.get(TRACE_STATE) instanceof String member) {
      OptionalDouble kept = ofTraceState(member);
      if (kept.isPresent() && kept.getAsDouble() < 1) {
        return Optional.of(new SamplingMark(By.TRACE_STATE, kept.getAsDouble()));
      }
    }
    return ofAttributes(attributes)
        .filter(probability -> !(probability >= 1))
        .map(probability -> new SamplingMark(By.ATTRIBUTE, probability));
  }

  /** The value of the member {@code ot} of a trace state. */
  static Optional<String> otMember(String traceState) {
    for (String member : traceState.split(",")) {
      String trimmed = member.strip();
      if (trimmed.startsWith("ot=") && trimmed.length() <= LONGEST_MEMBER) {
        return Optional.of(trimmed.substring(3));
      }
    }
    return Optional.empty();
  }

  /**
   * By OpenTelemetry's probability sampling: {@code th} is a rejection threshold T of 56 bits in
   * hex without its trailing zeros, and (2^56 - T) / 2^56 are kept. Before that {@code p} was the
   * negative binary exponent of the probability, 63 standing for none.
   */
  private static OptionalDouble ofTraceState(String member) {
    Matcher threshold = THRESHOLD.matcher(member);
    if (threshold.find()) {
      String digits = threshold.group(1);
      long t = Long.parseLong(digits, 16) << 4 * (THRESHOLD_DIGITS - digits.length());
      return OptionalDouble.of(1 - t / (double) (1L << 4 * THRESHOLD_DIGITS));
    }
    Matcher exponent = EXPONENT.matcher(member);
    if (exponent.find()) {
      int p = Integer.parseInt(exponent.group(1));
      return p < 63 ? OptionalDouble.of(Math.pow(2, -p)) : OptionalDouble.empty();
    }
    return OptionalDouble.empty();
  }

  private static Optional<Double> ofAttributes(Map<String, Object> attributes) {
    OptionalDouble probability = number(attributes.get(PROBABILITY));
    if (probability.isPresent()) {
      return Optional.of(probability.getAsDouble());
    }
    OptionalDouble oneOf = number(attributes.get(ONE_OF));
    if (oneOf.isPresent() && oneOf.getAsDouble() > 1) {
      return Optional.of(1 / oneOf.getAsDouble());
    }
    if (!(attributes.get(JAEGER_TYPE) instanceof String type)) {
      return Optional.empty();
    }
    return switch (type) {
      case "probabilistic" -> Optional.of(number(attributes.get(JAEGER_PARAM)).orElse(Double.NaN));
      case "ratelimiting", "lowerbound" -> Optional.of(Double.NaN);
      default -> Optional.empty();
    };
  }

  /** A probability or a rate that can be one; all else says nothing. */
  private static OptionalDouble number(Object value) {
    try {
      double number =
          value instanceof Number n
              ? n.doubleValue()
              : value instanceof String text ? Double.parseDouble(text) : Double.NaN;
      return number >= 0 && number < Double.POSITIVE_INFINITY
          ? OptionalDouble.of(number)
          : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }
}
