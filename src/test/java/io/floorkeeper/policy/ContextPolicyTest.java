package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which bucket a request falls into, and what keeps a bucket's number. */
class ContextPolicyTest {
  private static final long UNKNOWN = ContextPolicy.UNKNOWN_TOKENS;

  private static ContextPolicy context(String document) {
    return Documents.worker("{context: " + document + "}").context().orElseThrow();
  }

  @Test
  void aRoleWithoutAContextHasNone() {
    assertThat(Documents.worker("{}").context()).isEmpty();
  }

  @Test
  void whatIsLeftOutIsNotLookedAt() {
    ContextPolicy context = context("{complexities: [hard]}");

    assertThat(context.use()).isEqualTo(ContextPolicy.Use.AUTO);
    assertThat(context.meanings())
        .containsExactly("complexity=\"hard\"", "complexity not in [\"hard\"]");
    assertThat(context.slot("debate", 5_000, "hard")).isZero();
    assertThat(context.slot(null, UNKNOWN, null)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          debate | 0     | hard | collaboration="debate" input_tokens=0..1999 complexity="hard"
          debate | 1999  | hard | collaboration="debate" input_tokens=0..1999 complexity="hard"
          debate | 2000  | hard | collaboration="debate" input_tokens=2000..15999 complexity="hard"
          debate | 16000 | hard | collaboration="debate" input_tokens=16000.. complexity="hard"
          debate | -1    | hard | collaboration="debate" input_tokens=unknown complexity="hard"
          solo   | 2000  | easy | collaboration not in ["debate"] input_tokens=2000..15999 complexity not in ["hard"]
          none   | -1    | none | collaboration not in ["debate"] input_tokens=unknown complexity not in ["hard"]
          """)
  void aRequestFallsIntoTheBucketThatSaysSo(
      String collaboration, long inputTokens, String complexity, String meaning) {
    ContextPolicy context =
        context("{collaborations: [debate], input_tokens: [2000, 16000], complexities: [hard]}");

    int slot = context.slot(collaboration, inputTokens, complexity);

    assertThat(context.meanings().get(slot)).isEqualTo(meaning);
  }

  /** Every combination of what may be said, on definitions of all shapes: never out of bounds. */
  @Test
  void everyRequestHasOneBucketAndEveryBucketARequest() {
    for (String document :
        List.of(
            "{collaborations: [a, b]}",
            "{input_tokens: [10]}",
            "{collaborations: [a], complexities: [x, y, z]}",
            "{collaborations: [a], input_tokens: [10, 20], complexities: [x]}")) {
      ContextPolicy context = context(document);
      Set<Integer> met = new HashSet<>();
      List<String> names = new ArrayList<>(List.of("a", "b", "x", "y", "z", "else"));
      names.add(null);
      for (String collaboration : names) {
        for (String complexity : names) {
          for (long tokens : new long[] {UNKNOWN, 0, 9, 10, 19, 20, Long.MAX_VALUE}) {
            met.add(context.slot(collaboration, tokens, complexity));
          }
        }
      }
      assertThat(met).as(document).hasSize((int) context.size());
      assertThat(context.meanings()).as(document).doesNotHaveDuplicates().hasSize(met.size());
    }
  }

  /** Or evidence of "all but debate" would go on as evidence of "all but debate and solo". */
  @Test
  void aBucketWhoseMeaningChangesIsAnotherOneAndOthersStay() {
    List<String> before = context("{collaborations: [debate]}").meanings();
    List<String> after = context("{collaborations: [solo, debate]}").meanings();

    assertThat(after).contains("collaboration=\"debate\"").doesNotContain(before.get(1));
    assertThat(context("{collaborations: [debate, solo]}").meanings())
        .as("the order of names means nothing")
        .containsExactlyInAnyOrderElementsOf(after);
    assertThat(context("{input_tokens: [10, 20]}").meanings())
        .as("a further edge leaves the ranges that it does not cut")
        .contains("input_tokens=0..9", "input_tokens=unknown")
        .doesNotContain("input_tokens=10..");
  }

  @Test
  void namesCannotPassForTheTextAroundThem() {
    ContextPolicy one = context("{collaborations: ['a\",\"b']}");
    ContextPolicy two = context("{collaborations: [a, b]}");

    assertThat(one.meanings()).doesNotContainAnyElementsOf(two.meanings());
  }

  @Test
  void numbersAreByMeaningAndZeroWithoutOne() {
    Policy policy =
        PolicyReader.read(Documents.withRole("{context: {collaborations: [a, b]}}"), "test.yaml");
    RolePolicy role = policy.roles().get("worker");
    Numbers numbers = Numbers.NONE.withBucketsOf(policy);

    assertThat(numbers.bucketNos(role)).containsExactly(1, 2, 3);
    assertThat(numbers.bucketMeaning("worker", 2)).contains("collaboration=\"b\"");
    assertThat(Numbers.NONE.bucketNos(role)).as("no database yet").containsExactly(0, 0, 0);
    assertThat(Numbers.NONE.bucketMeaning("worker", 2)).isEmpty();
  }

  /** A snapshot on disk that an earlier version wrote knows of no buckets. */
  @Test
  void numbersOfAnEarlierVersionHaveNoBuckets() {
    assertThat(new Numbers(java.util.Map.of(), java.util.Map.of(), null).buckets()).isEmpty();
  }
}
