package io.floorkeeper.learning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.learning.RoleWatch.Alarm;
import io.floorkeeper.learning.RoleWatch.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;

class RoleWatchTest {
  private static final OptionalDouble FLOOR = OptionalDouble.of(.90);
  private static final OptionalDouble NONE = OptionalDouble.empty();
  private static final int ARM = 7;

  private final RoleWatch watch = new RoleWatch();

  @Test
  void aRoleThatFallsBelowItsFloorIsToldSoAndSoIsTheArmWhereEachHasToKeepIt() {
    List<Alarm> alarms = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      alarms.addAll(label(watch, i % 2, 1, true, true));
    }

    assertThat(alarms).contains(new Alarm(RoleWatch.ROLE, Cause.FLOOR, .90));
    assertThat(alarms).contains(new Alarm(ARM, Cause.FLOOR, .90));
  }

  @Test
  void underARoleFloorNoArmHasToKeepItByItself() {
    List<Alarm> alarms = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      alarms.addAll(label(watch, i % 2, 1, true, false));
    }

    assertThat(alarms).contains(new Alarm(RoleWatch.ROLE, Cause.FLOOR, .90));
    assertThat(alarms).noneMatch(a -> a.armNo() == ARM && a.cause() == Cause.FLOOR);
  }

  @Test
  void labelsThatWereAskedOutOfDoubtAccuseNobody() {
    for (int i = 0; i < 100; i++) {
      assertThat(label(watch, 0, 1, false, true)).noneMatch(a -> a.cause() == Cause.FLOOR);
    }
  }

  /**
   * A source that labels failures at 60 % and passes at 30 %, and says so, at q = .93 over a floor
   * of .90, seed 3: 20,000 asked calls. P(false alarm) is at most 20,000/1e5 for the role and
   * 20,000/1e4, no bound at all, for the arm, so only the role is asked; with the calls left
   * unlabelled not counted, y would have a mean of 1 - .8889 + ... = .209 and alarm at once.
   */
  @Test
  void aDeclaredBiasRaisesNoFalseAlarm() {
    UniformRandomProvider random = RandomSource.L64_X128_MIX.create(3);
    for (int i = 0; i < 20_000; i++) {
      int quality = random.nextDouble() < .93 ? 1 : 0;
      double p = quality == 1 ? .3 : .6;
      List<Alarm> alarms =
          random.nextDouble() < p
              ? label(watch, quality, 1 / p, true, false)
              : watch.unjudged(ARM, FLOOR, false);
      assertThat(alarms).noneMatch(a -> a.cause() == Cause.FLOOR);
    }
  }

  /** The same source after a fall to .80: noticed within 2,000 asked calls, seed 4. */
  @Test
  void aDeclaredBiasHidesNoFall() {
    UniformRandomProvider random = RandomSource.L64_X128_MIX.create(4);
    List<Alarm> alarms = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      int quality = random.nextDouble() < .80 ? 1 : 0;
      double p = quality == 1 ? .3 : .6;
      alarms.addAll(
          random.nextDouble() < p
              ? label(watch, quality, 1 / p, true, false)
              : watch.unjudged(ARM, FLOOR, false));
    }

    assertThat(alarms).contains(new Alarm(RoleWatch.ROLE, Cause.FLOOR, .90));
  }

  @Test
  void callsThatCostMoreThanTheirCeilingAreToldAndSoIsARiseAgainstAnArmsOwnPast() {
    List<Alarm> alarms = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      alarms.addAll(watch.paid(ARM, 0, .001 * (1 + i % 3), OptionalDouble.of(.01)));
    }
    assertThat(alarms).isEmpty();

    for (int i = 0; i < 60; i++) {
      alarms.addAll(watch.paid(ARM, 0, .05, OptionalDouble.of(.01)));
    }

    assertThat(alarms).contains(new Alarm(RoleWatch.ROLE, Cause.CEILING, .01));
    // told once, not with every fifth call, and no reason to use the arm less
    assertThat(alarms).filteredOn(a -> a.cause() == Cause.SPIKE).hasSize(1);
    assertThat(alarms).noneMatch(Alarm::concernsArm);
  }

  @Test
  void aRoleThatTurnsToADearerArmHasNoSpike() {
    List<Alarm> alarms = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      alarms.addAll(
          watch.paid(i < 500 ? ARM : ARM + 1, 0, (i < 500 ? .001 : .05) * (1 + i % 3), NONE));
    }

    assertThat(alarms).isEmpty();
  }

  @Test
  void withoutACeilingAndAFloorOnlyTheOwnPastIsWatched() {
    for (int i = 0; i < 100; i++) {
      watch.paid(ARM, 0, .01, NONE);
      watch.judged(new RoleWatch.Judged(ARM, i % 2, 1, true, NONE, true));
    }

    assertThat(watch.changed().keySet())
        .containsExactlyInAnyOrder(
            new RoleWatch.Key(ARM, RoleWatch.Kind.DRIFT),
            new RoleWatch.Key(ARM, RoleWatch.Kind.SPIKE));
  }

  /** Property, seed 5: states that were stored and read after every observation change nothing. */
  @Test
  void aWatchThatIsStoredGoesOnAsIfItHadNeverBeenAway() {
    UniformRandomProvider random = RandomSource.L64_X128_MIX.create(5);
    Map<RoleWatch.Key, Object> stored = new TreeMap<>();
    for (int i = 0; i < 600; i++) {
      double quality = i < 300 ? 1 : random.nextInt(2);
      double usd = random.nextDouble();
      boolean base = random.nextBoolean();
      RoleWatch restored = new RoleWatch(stored);

      List<Alarm> always = label(watch, quality, 1, base, true);
      always.addAll(watch.paid(ARM, 0, usd, OptionalDouble.of(.4)));
      List<Alarm> anew = label(restored, quality, 1, base, true);
      anew.addAll(restored.paid(ARM, 0, usd, OptionalDouble.of(.4)));

      assertThat(anew).isEqualTo(always);
      restored.changed().forEach((key, state) -> stored.put(key, thereAndBack(key, state)));
    }
  }

  private static Object thereAndBack(RoleWatch.Key key, Object state) {
    ObjectMapper json = new ObjectMapper();
    try {
      return json.readValue(json.writeValueAsString(state), RoleWatch.stateOf(key.kind()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Alarm> label(
      RoleWatch watch, double quality, double weight, boolean base, boolean perArm) {
    return watch.judged(new RoleWatch.Judged(ARM, quality, weight, base, FLOOR, perArm));
  }
}
