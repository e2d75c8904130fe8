package io.floorkeeper.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which of several calls counts for a response. */
class ResponseTest {
  private static final long SEED = 22L;
  private static final Instant START = Instant.parse("2026-11-25T10:00:00.123456Z");

  @Test
  void aCallWithTokensCountsBeforeALaterOneWithout() {
    Response told = of(1, 0, true, "otel-genai", 0);
    Response later = of(2, 10, false, "otel-genai", 0);

    assertThat(later.plus(told).key().spanId()).endsWith("1");
  }

  @Test
  void aSpanCountsBeforeALogRecordAndBorrowsItsCost() {
    Response span = of(1, 0, true, "claude-code-traces", 0);
    Response log = of(2, 10, true, "claude-code-logs", 7);

    Response both = log.plus(span);

    assertThat(both.key().spanId()).endsWith("1");
    assertThat(both.borrowed()).hasValue(7);
    assertThat(both.members()).isEqualTo(2);
  }

  @Test
  void theKeyIsThatOfTheCallThatCounts() {
    Call call = call(3, 5, true, "otel-genai", 0);

    assertThat(Response.of(new AttributedCall(call, Optional.empty())).key())
        .isEqualTo(CallRepository.CallKey.of(call));
  }

  /** 200 sets of two to six calls, each put together in two random orders and groupings. */
  @Test
  void theOrderDoesNotMatter() {
    Random random = new Random(SEED);
    for (int set = 0; set < 200; set++) {
      List<Response> members = new ArrayList<>();
      int size = 2 + random.nextInt(5);
      for (int i = 0; i < size; i++) {
        members.add(
            of(
                i + 1,
                random.nextInt(3),
                random.nextBoolean(),
                random.nextBoolean() ? "otel-genai" : "claude-code-logs",
                random.nextInt(3)));
      }
      Response one = together(members, random);
      Response other = together(members, random);

      assertThat(other.key()).isEqualTo(one.key());
      assertThat(other.borrowed()).isEqualTo(one.borrowed());
      assertThat(other.members()).isEqualTo(size);
    }
  }

  private static Response together(List<Response> members, Random random) {
    List<Response> left = new ArrayList<>(members);
    while (left.size() > 1) {
      Collections.shuffle(left, random);
      left.add(left.remove(0).plus(left.remove(0)));
    }
    return left.get(0);
  }

  private static Response of(
      int span, int laterMillis, boolean tokens, String dialect, long reported) {
    return Response.of(
        new AttributedCall(call(span, laterMillis, tokens, dialect, reported), Optional.empty()));
  }

  private static Call call(
      int span, int laterMillis, boolean tokens, String dialect, long reported) {
    return new Call(
        "%032x".formatted(7),
        "%016x".formatted(span),
        Optional.empty(),
        START.plusMillis(laterMillis),
        5,
        dialect,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        tokens ? Optional.of(Tokens.NONE) : Optional.empty(),
        reported == 0 ? OptionalLong.empty() : OptionalLong.of(reported),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of("resp-0123456789abcdef"),
        false,
        Optional.empty(),
        List.of(),
        Optional.empty());
  }
}
