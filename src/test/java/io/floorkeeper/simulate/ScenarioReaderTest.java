package io.floorkeeper.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioReaderTest {
  private static final String GOOD =
      """
      name: test
      calls: 1000
      floor: {quality: .90}
      tiers:
        - {name: small, quality: .80, cost_usd: .001}
        - {name: large, quality: .95, cost_usd: .010}
      """;

  @Test
  void whatIsLeftOutHasADefault() {
    Scenario scenario = ScenarioReader.read(GOOD, "test.yaml");

    assertThat(scenario.roles()).containsOnlyKeys("worker");
    assertThat(scenario.snapshotCalls()).isEqualTo(50);
    assertThat(scenario.labels().rate()).isEqualTo(1);
    assertThat(scenario.events()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          calls: 1000        | calls: 0                               | calls must lie in
          name: test         | description: test                      | name: is required
          {quality: .90}     | {quality: .90, x: 1}                   | floor.x: is not known here
          {quality: .90}     | {quality: 1.5}                         | floor.quality must lie in (0, 1)
          {quality: .90}     | {quality: .9, relative_to_reference: 1} | floor must have quality or
          quality: .80       | quality: 1.8                           | tiers.small.quality must lie in [0, 1]
          cost_usd: .001     | cost_usd: 0                            | tiers.small.cost_usd must be above 0
          name: large        | name: small                            | tiers.small: is there twice
          cost_usd: .010     | cost_usd: dear                         | tiers.[1].cost_usd
          """)
  void whatCannotBeMeantIsToldWithItsField(String good, String bad, String finding) {
    assertThatThrownBy(() -> ScenarioReader.read(GOOD.replace(good, bad), "test.yaml"))
        .isInstanceOf(ScenarioReader.InvalidScenarioException.class)
        .hasMessageContaining("test.yaml: " + finding);
  }

  @Test
  void allFindingsAreToldAtOnce() {
    String bad =
        GOOD
            + """
            events:
              - {at: 2000, tier: small, quality: .5}
              - {at: 10, tier: huge, quality: .5}
              - {at: 10, tier: small}
            labels: {rate: 0}
            """;

    assertThatThrownBy(() -> ScenarioReader.read(bad, "test.yaml"))
        .hasMessageContaining("events[0].at must be a call of the run")
        .hasMessageContaining("events[1].tier: 'huge' is no tier")
        .hasMessageContaining("events[2] must have exactly one of")
        .hasMessageContaining("labels.rate must lie in (0, 1]");
  }

  @Test
  void everyNamedScenarioCanBeRead() throws Exception {
    for (String name : SimulateCommand.NAMES) {
      assertThat(SimulateCommand.scenario(name).calls()).as(name).isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {a: {share: -1}}            | contexts.a.share must be 0 or above
          {a: {cost_factor: -1}}      | contexts.a.cost_factor must be 0 or above
          {a: {quality: {huge: .5}}}  | contexts.a.quality.huge: is no tier
          {a: {quality: {small: 2}}}  | contexts.a.quality.small must lie in [0, 1]
          {a: {shares: 1}}            | contexts.a.shares: is not known here
          """)
  void contextsAreCheckedToo(String contexts, String finding) {
    assertThatThrownBy(
            () -> ScenarioReader.read(GOOD + "contexts: " + contexts + "\n", "test.yaml"))
        .isInstanceOf(ScenarioReader.InvalidScenarioException.class)
        .hasMessageContaining("test.yaml: " + finding);
  }
}
