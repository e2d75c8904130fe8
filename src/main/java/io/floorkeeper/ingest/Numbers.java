package io.floorkeeper.ingest;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers as telemetry writes them: integers, doubles, strings; believed only within bounds. Every
 * method names the field at fault in its {@link DisbeliefException}, never the value.
 */
final class Numbers {
  static final long MOST_TOKENS = 1_000_000_000L;
  static final long MOST_USD = 100_000L;

  private static final String PLAIN =
      "[+-]?(?:\\d{1,30}(?:\\.\\d{0,30})?|\\.\\d{1,30})(?:[eE][+-]?\\d{1,3})?";
  private static final Pattern NUMBER = Pattern.compile(PLAIN);
  private static final Pattern MONEY =
      Pattern.compile("([\\p{L}\\p{Sc}]{0,4})\\s?(" + PLAIN + ")\\s?([\\p{L}\\p{Sc}]{0,4})");

  private Numbers() {}

  static boolean isPlain(String text) {
    return NUMBER.matcher(text).matches();
  }

  static long tokens(String field, Object value) {
    if (value instanceof Long whole && whole >= 0 && whole <= MOST_TOKENS) {
      return whole; // nearly always; the rest is slow and careful
    }
    BigDecimal number = decimal(field, value);
    if (number.signum() < 0) {
      throw new DisbeliefException("negative_tokens", field, "tokens below zero");
    }
    if (number.compareTo(BigDecimal.valueOf(MOST_TOKENS)) > 0) {
      throw new DisbeliefException("absurd_tokens", field, "more tokens than " + MOST_TOKENS);
    }
    if (number.remainder(BigDecimal.ONE).signum() != 0) {
      throw new DisbeliefException("not_an_integer", field, "tokens come whole");
    }
    return number.longValue();
  }

  /** Empty where the money is not in dollars: what it would be in dollars is not known. */
  static OptionalLong nanoUsd(String field, Object value, Optional<String> currency) {
    Object amount = value;
    String unit = currency.orElse("USD");
    if (value instanceof String text && !isPlain(text.strip())) {
      Matcher money = MONEY.matcher(text.strip());
      if (!money.matches() || (!money.group(1).isEmpty() && !money.group(3).isEmpty())) {
        throw notANumber(field);
      }
      amount = money.group(2);
      unit = money.group(1) + money.group(3);
    }
    BigDecimal usd = decimal(field, amount);
    if (!unit.equalsIgnoreCase("USD") && !unit.equals("$") && !unit.equalsIgnoreCase("US$")) {
      return OptionalLong.empty();
    }
    if (usd.signum() < 0) {
      throw new DisbeliefException("negative_cost", field, "a cost below zero");
    }
    if (usd.compareTo(BigDecimal.valueOf(MOST_USD)) > 0) {
      throw new DisbeliefException(
          "absurd_cost", field, "a call of more than " + MOST_USD + " USD");
    }
    return OptionalLong.of(
        usd.movePointRight(9).setScale(0, RoundingMode.HALF_EVEN).longValueExact());
  }

  /** A duration in whole milliseconds, rounded down, up to {@code most}. */
  static long millis(String field, Object value, long most) {
    BigDecimal number = decimal(field, value);
    if (number.signum() < 0) {
      throw new DisbeliefException("negative_latency", field, "a duration below zero");
    }
    if (number.compareTo(BigDecimal.valueOf(most)) > 0) {
      throw new DisbeliefException("absurd_latency", field, "longer than " + most + " ms");
    }
    return number.longValue();
  }

  static double finite(String field, Object value) {
    if (value instanceof Double number && Double.isFinite(number)) {
      return number;
    }
    double number = decimal(field, value).doubleValue();
    if (!Double.isFinite(number)) {
      throw notANumber(field);
    }
    return number;
  }

  private static BigDecimal decimal(String field, Object value) {
    if (value instanceof Long number) {
      return BigDecimal.valueOf(number);
    }
    if (value instanceof Double number) {
      if (!Double.isFinite(number)) {
        throw notANumber(field);
      }
      return BigDecimal.valueOf(number);
    }
    if (value instanceof String text) {
      if (!isPlain(text.strip())) {
        throw notANumber(field);
      }
      return new BigDecimal(text.strip());
    }
    if (value instanceof RawSpan.Unusable unusable) {
      throw DisbeliefException.of(field, unusable);
    }
    throw new DisbeliefException("wrong_type", field, "not a number");
  }

  private static DisbeliefException notANumber(String field) {
    return new DisbeliefException("not_a_number", field, "not a finite number");
  }
}
