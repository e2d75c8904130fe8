package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.floorkeeper.ledger.PoolRepository;
import io.floorkeeper.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the models of a policy, look by look. */
class PoolMembersTest {
  private static final String DOCUMENT =
      """
      tiers:
        - name: small
          models:
            - name: tiny
              provider: local
              aliases: [tiny-latest]
              price: {input_usd_per_million: 0, output_usd_per_million: 0}
              capacity: {calls_per_minute: %d}
        - name: mid
          models:
            - {name: sonnet, provider: acme, price: {input_usd_per_million: 3, output_usd_per_million: 15}}
      roles: {worker: {strategy: fixed, preset: small}}
      health: {min_calls: 10, window: PT20S, cool_down: PT5S, p95_latency: PT2S}
      """;

  private static final long SECOND = 1_000;

  private final Policy policy = policy(60);
  private final PoolMembers members = new PoolMembers(policy, null, null);
  private final List<PoolMembers.Change> changes = new ArrayList<>();

  @Test
  void namesThatSpansUseAreLearnedOnce() {
    // Given
    assertThat(members.looks(SECOND)).isEmpty();
    List<PoolRepository.Calls> found =
        List.of(unknown("acme/sonnet-20251001"), unknown("tiny-latest"), unknown("elsewhere"));
    // When
    assertThat(members.learnNames(found)).isTrue();
    // Then: by the policy's models, and those of nobody once and for all
    assertThat(members.looks(SECOND))
        .extracting(PoolRepository.Look::reported, PoolRepository.Look::model)
        .containsExactlyInAnyOrder(
            tuple("acme/sonnet-20251001", "sonnet"),
            tuple("tiny-latest", "tiny"),
            tuple("elsewhere", ""));
    assertThat(members.learnNames(List.of(calls("sonnet", 3, 0)))).isFalse();
    assertThat(members.slowMillis()).isEqualTo(2_000);
  }

  @Test
  void aModelGoesOutIsProbedAndComesBackAndEachChangeIsToldOnce() {
    // Given
    members.learnNames(List.of(unknown("sonnet")));
    // When
    look(1 * SECOND, calls("sonnet", 10, 6));
    look(2 * SECOND, calls("sonnet", 10, 10));
    members.hearNothing(); // the database is away: the clock goes on
    members.look(6 * SECOND, changes);
    look(8 * SECOND, calls("sonnet", 4, 0));
    // Then: while it is probed one looks at what began since
    assertThat(members.looks(8 * SECOND))
        .extracting(PoolRepository.Look::startedFrom, PoolRepository.Look::seenFor)
        .containsExactly(tuple(Instant.ofEpochMilli(6 * SECOND), Duration.ofSeconds(2)));
    // When
    look(9 * SECOND, calls("sonnet", 5, 0));
    look(10 * SECOND, calls("sonnet", 5, 0));
    // Then
    assertThat(changes)
        .extracting(PoolMembers.Change::model, PoolMembers.Change::to)
        .containsExactly(
            tuple("sonnet", ArmHealth.State.OPEN),
            tuple("sonnet", ArmHealth.State.HALF_OPEN),
            tuple("sonnet", ArmHealth.State.CLOSED));
    assertThat(changes.get(0).standing().errors()).isEqualTo(6);
  }

  /** Each second an hour of all calls would be read for a model that nobody asks for. */
  @Test
  void aProbeThatTakesLongIsLookedAtFarBackOnceInTenSeconds() {
    // Given
    members.learnNames(List.of(unknown("sonnet")));
    look(1 * SECOND, calls("sonnet", 10, 6));
    look(6 * SECOND);
    int far = 0;
    for (int second = 1_800; second < 1_860; second++) {
      // When
      look(second * SECOND);
      Duration seenFor = members.looks(second * SECOND).get(0).seenFor();
      // Then
      assertThat(members.longest(second * SECOND)).isEqualTo(seenFor);
      far += seenFor.compareTo(Duration.ofMinutes(1)) > 0 ? 1 : 0;
    }
    assertThat(far).isEqualTo(6);
  }

  @Test
  void aModelThatStaysKeepsItsHealthUnderTheNextPolicy() {
    // Given
    look(1 * SECOND, calls("sonnet", 10, 6));
    // When
    PoolMembers next = new PoolMembers(policy(120), members, policy);
    // Then
    assertThat(next.look(2 * SECOND, changes).standing("sonnet").health().state())
        .isEqualTo(ArmHealth.State.OPEN);
  }

  @Test
  void aFullModelIsThinnedByTheTasksThatBeganAndKeepsItsShareWithItsCapacity() {
    // Given: five tasks a second, and as many of another replica
    for (int t = 1; t <= 60; t++) {
      for (int i = 0; i < 5; i++) {
        members.answered("tiny");
        members.answered("sonnet"); // has no capacity to be full
      }
      members.hear(List.of(), Map.of("tiny", new PoolRepository.Demand(60, 300)));
      members.look(t * SECOND, changes);
    }
    // When
    PoolState state = members.look(61 * SECOND, changes);
    // Then: well below one, and the model without a capacity takes all
    double share = state.standing("tiny").admitShare();
    assertThat(share).isLessThan(.15);
    assertThat(state.standing("sonnet").admitShare()).isEqualTo(1);
    assertThat(state.standing("sonnet").utilisation()).isNaN();
    assertThat(members.demand()).containsOnlyKeys("tiny");
    // When, Then
    PoolMembers same = new PoolMembers(policy(60), members, policy);
    assertThat(same.demand().get("tiny")).isEqualTo(members.demand().get("tiny"));
    PoolMembers other = new PoolMembers(policy(600), members, policy);
    assertThat(other.demand().get("tiny").demand()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "400",
        "401",
        "422",
        "openai.BadRequestError",
        "invalid_request_error",
        "CancelledError",
        "context_length_exceeded",
        "AuthenticationError",
        "content_filter"
      })
  void whatTheCallerDidIsNoFaultOfTheModels(String errorType) {
    assertThat(isCallersFault(errorType)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "404",
        "408",
        "429",
        "500",
        "503",
        "529",
        "timeout",
        "RateLimitError",
        "overloaded_error",
        "InternalServerError",
        "_OTHER",
        "java.net.ConnectException",
        "4001"
      })
  void whatTheModelDidIs(String errorType) {
    assertThat(isCallersFault(errorType)).isFalse();
  }

  private static boolean isCallersFault(String errorType) {
    return Pattern.compile(PoolRepository.CALLERS_FAULT, Pattern.CASE_INSENSITIVE)
        .matcher(errorType)
        .find();
  }

  private void look(long nowMillis, PoolRepository.Calls... found) {
    members.hear(List.of(found), Map.of());
    members.look(nowMillis, changes);
  }

  private static Policy policy(int callsPerMinute) {
    return Snapshots.numbered(DOCUMENT.formatted(callsPerMinute)).policy();
  }

  private static PoolRepository.Calls unknown(String reported) {
    return new PoolRepository.Calls("", reported, 0, 0, 0, null, 3, 3, 0);
  }

  private static PoolRepository.Calls calls(String model, long calls, long errors) {
    return new PoolRepository.Calls(model, null, calls, errors, 0, 800L, calls, calls, 0);
  }
}
