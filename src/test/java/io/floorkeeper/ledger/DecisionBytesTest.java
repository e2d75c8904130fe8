package io.floorkeeper.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.platform.CanonicalBytes;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a chain holds of a decision: everything, and always in the same bytes. */
class DecisionBytesTest {

  static Stream<RecordComponent> fields() {
    return Arrays.stream(DecisionRecord.class.getRecordComponents());
  }

  /** Whoever adds a field to the record adds it to the chain. */
  @ParameterizedTest
  @MethodSource("fields")
  void everyFieldCounts(RecordComponent field) throws ReflectiveOperationException {
    DecisionRecord record = with(field, sample(field, 1));
    DecisionRecord other = with(field, sample(field, 2));

    assertThat(bytes(record)).isNotEqualTo(bytes(other));
  }

  @Test
  void everyNumberOfAShadowCounts() {
    ShadowOdds.Arm strong = new ShadowOdds.Arm("large/b", 0, .5, .5);
    List<ShadowOdds> odds =
        List.of(
            new ShadowOdds(.5, List.of(new ShadowOdds.Arm("small/a", 1, .5, .25), strong)),
            new ShadowOdds(.25, List.of(new ShadowOdds.Arm("small/a", 1, .5, .25), strong)),
            new ShadowOdds(.5, List.of(new ShadowOdds.Arm("small/b", 1, .5, .25), strong)),
            new ShadowOdds(.5, List.of(new ShadowOdds.Arm("small/a", 0, .5, .25), strong)),
            new ShadowOdds(.5, List.of(new ShadowOdds.Arm("small/a", 1, .25, .25), strong)),
            new ShadowOdds(.5, List.of(new ShadowOdds.Arm("small/a", 1, .5, .5), strong)),
            new ShadowOdds(.5, List.of(strong, new ShadowOdds.Arm("small/a", 1, .5, .25))));

    assertThat(odds.stream().map(ShadowOdds::texts).distinct()).hasSize(odds.size());
  }

  @Test
  void theOrderOfTagsIsNone() {
    Map<String, String> oneWay = new LinkedHashMap<>();
    oneWay.put("team", "claims");
    oneWay.put("area", "é");
    Map<String, String> otherWay = new LinkedHashMap<>();
    otherWay.put("area", "é");
    otherWay.put("team", "claims");

    assertThat(bytes(tagged(oneWay))).isEqualTo(bytes(tagged(otherWay)));
  }

  @Test
  void neighboursCannotShareTheirText() {
    assertThat(bytes(tagged(Map.of("ab", "c")))).isNotEqualTo(bytes(tagged(Map.of("a", "bc"))));
    assertThat(bytes(tagged(Map.of()))).isNotEqualTo(bytes(tagged(null)));
  }

  /** Chains that are stored already were made with these very bytes. */
  @Test
  void theFormatIsAsItWas() throws ReflectiveOperationException {
    DecisionRecord record =
        of(
            Map.of(
                "decisionId",
                "id",
                "replica",
                7,
                "sequence",
                -2L,
                "decidedAt",
                Instant.parse("2026-11-25T10:00:00.123456Z"),
                "propensity",
                .25,
                "constraints",
                List.of("pin:phi"),
                "tags",
                Map.of("a", "ä")));

    assertThat(HexFormat.of().formatHex(bytes(record)))
        .isEqualTo(
            "010001010000000269640002020000000000000007000302fffffffffffffffe00040400066116e3d98a40000b033fd0000000000000001205000000010000000770696e3a70686900190600000001000000016100000002c3a4");
  }

  private static byte[] bytes(DecisionRecord record) {
    return DecisionBytes.of(record, new CanonicalBytes()).copy();
  }

  private static DecisionRecord tagged(Map<String, String> tags) {
    try {
      return with(fields().filter(f -> f.getName().equals("tags")).findFirst().orElseThrow(), tags);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static DecisionRecord with(RecordComponent field, Object value)
      throws ReflectiveOperationException {
    return of(c -> c.getName().equals(field.getName()) ? value : sample(c, 0));
  }

  /** With what is not named as records from before the field was there have it. */
  private static DecisionRecord of(Map<String, Object> named) throws ReflectiveOperationException {
    return of(
        c -> {
          Class<?> type = c.getType();
          Object none =
              type == boolean.class
                  ? (Object) false
                  : type == int.class ? (Object) 0 : type == long.class ? (Object) 0L : null;
          return named.getOrDefault(c.getName(), none);
        });
  }

  private static DecisionRecord of(Function<RecordComponent, Object> value)
      throws ReflectiveOperationException {
    RecordComponent[] components = DecisionRecord.class.getRecordComponents();
    return DecisionRecord.class
        .getDeclaredConstructor(
            Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new))
        .newInstance(Arrays.stream(components).map(value).toArray());
  }

  private static Object sample(RecordComponent field, int n) {
    Class<?> type = field.getType();
    if (type == String.class) {
      return "text-" + n;
    }
    if (type == int.class || type == Integer.class) {
      return n + 1;
    }
    if (type == long.class || type == Long.class) {
      return n + 1L;
    }
    if (type == double.class || type == Double.class) {
      return 1.0 / (n + 3);
    }
    if (type == boolean.class || type == Boolean.class) {
      return n == 2;
    }
    if (type == Instant.class) {
      return Instant.EPOCH.plusNanos(1_000L * n);
    }
    if (type == List.class) {
      return List.of("pin:" + n);
    }
    if (type == Map.class) {
      return Map.of("key", "value-" + n);
    }
    if (type == ShadowOdds.class) {
      return new ShadowOdds(1.0 / (n + 3), List.of(new ShadowOdds.Arm("small/a", 1, .5, .25)));
    }
    throw new AssertionError("a field of a type that this test does not know: " + field);
  }
}
