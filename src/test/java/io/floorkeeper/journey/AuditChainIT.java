package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.ledger.DecisionBytes;
import io.floorkeeper.ledger.DecisionRow;
import io.floorkeeper.platform.CanonicalBytes;
import io.floorkeeper.platform.HashChain;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Somebody with all rights in the database changes what was decided, on a real PostgreSQL whose
 * rows came through a real broker: each way is found. Every test puts back what it changed.
 */
class AuditChainIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int DECISIONS = 60;

  @TempDir static Path folder;
  private static ServiceProcess service;
  private static Ledger ledger;

  @BeforeAll
  static void start() {
    service =
        ServiceProcess.embedded(folder, Path.of("src/test/resources/policies/journey.yaml"))
            .start();
    ledger = Ledger.embedded(service);
    await().atMost(SOON).until(() -> service.role("worker").path("policy_version").asInt() == 1);
    for (int i = 0; i < DECISIONS; i++) {
      service.post(
          "/route",
          """
          {"role": "worker", "session_id": "s-%d", "step": "ä", "data_class": "phi",
           "tags": {"z": "last", "a": "first"}}
          """
              .formatted(i));
    }
    await().atMost(SOON).until(AuditChainIT::isSettled);
    service.post("/kill-switch", "{\"on\": true, \"reason\": \"drill\"}");
    service.post("/kill-switch", "{\"on\": false, \"reason\": \"enough\"}");
    await().atMost(SOON).until(() -> verify().path("switches").asInt() == 2);
    ledger.execute(
        "create schema saved",
        "create table saved.policy_version as select * from policy_version",
        "create table saved.kill_switch as select * from kill_switch",
        "create table saved.decision as select * from decision",
        "create table saved.audit_mark as select * from audit_mark",
        "create table saved.audit_event as select * from audit_event");
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  static List<String> columns() {
    return Arrays.asList(
        ledger
            .text(
                "select string_agg(column_name, ',') from information_schema.columns"
                    + " where table_schema = 'public' and table_name = 'decision'")
            .split(","));
  }

  @Test
  void whatNobodyTouchedIsIntact() {
    JsonNode report = verify();

    assertThat(report.path("intact").asBoolean()).as(report.toString()).isTrue();
    assertThat(report.path("decisions").asInt()).isEqualTo(DECISIONS);
    assertThat(report.path("policy_versions").asInt()).isEqualTo(1);
    assertThat(report.path("switches").asInt()).isEqualTo(2);
    assertThat(report.path("unanchored").asInt()).isZero();
    assertThat(report.path("pending_decisions").asInt()).isZero();
    assertThat(report.at("/chains/0/state").asText()).isEqualTo("open");
    assertThat(report.at("/chains/0/anchored_position").asInt()).isEqualTo(DECISIONS + 1);
  }

  @ParameterizedTest
  @MethodSource("columns")
  void anyColumnOfARow(String column) {
    String value =
        switch (ledger.text(
            "select data_type from information_schema.columns where table_schema = 'public'"
                + " and table_name = 'decision' and column_name = '"
                + column
                + "'")) {
          case "text" ->
              switch (column) {
                case "constraints" -> "'[\"pin:other\"]'";
                case "tags" -> "'{\"z\": \"last\"}'";
                default -> "coalesce(" + column + ", '') || 'x'";
              };
          case "boolean" -> "not " + column;
          case "timestamp with time zone" -> column + " + interval '1 microsecond'";
          case "bytea" -> "set_byte(%1$s, 7, get_byte(%1$s, 7) # 1)".formatted(column);
          case "uuid" -> "gen_random_uuid()";
          case "double precision" -> "coalesce(" + column + ", 0) + 1e-15";
          default -> "coalesce(" + column + ", 0) + 1";
        };

    tamper("update decision set " + column + " = " + value + " where chain_position = 20");

    assertThat(kinds()).containsAnyOf("altered", "missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "broken JSON | altered | update decision set tags = '{' where chain_position = 20",
        "a middle row | missing | delete from decision where chain_position = 30",
        "the newest row | missing | delete from decision where chain_position = 61",
        "the first records | missing | delete from decision where chain_position < 10",
        "all rows | missing | delete from decision",
        "a mark | missing | delete from audit_mark where position = 1",
        "another mark | altered | update audit_mark set detail = 'format 2'",
        "an event | altered | update audit_event set actor = 'nobody' where position = 1",
        "all events | missing | delete from audit_event",
        "two swapped | altered | update decision set chain_position = 61 - chain_position"
            + " where chain_position in (30, 31)",
        "a row of no chain | unchained | update decision set chain = null, chain_position = null,"
            + " chain_hash = null where chain_position = 20",
        "of no chain, from before | unchained | insert into decision select (d).* from (select"
            + " jsonb_populate_record(d, '{\"sequence\": 1, \"chain\": null,"
            + " \"chain_position\": null, \"chain_hash\": null, \"decided_at\": \"2020-01-01\"}')"
            + " d from decision d where chain_position = 20) x",
        "a row more | forged | insert into decision select (d).* from (select"
            + " jsonb_populate_record(d, '{\"sequence\": 1, \"model\": \"tiny-1\"}') d"
            + " from decision d where chain_position = 20) x",
        "a policy's document | policy_altered | update policy_version set document ="
            + " replace(document, '.95', '.05')",
        "its digest with it | policy_altered | update policy_version set digest = repeat('0', 64)",
        "its author | policy_altered | update policy_version set author = 'nobody'",
        "its reason | policy_altered | update policy_version set reason = 'because'",
        "its parent | policy_altered | update policy_version set parent_digest = repeat('0', 64)",
        "a switch | switch_altered | update kill_switch set is_on = false where switch_no = 1",
        "who switched | switch_altered | update kill_switch set author = 'nobody' where switch_no"
            + " = 1",
        "why | switch_altered | update kill_switch set reason = null where switch_no = 1",
        "a switch that was never | switch_altered | insert into kill_switch values (3, false, 'x',"
            + " 'nobody', '2020-01-01')",
        "a switch less | switch_altered | delete from kill_switch where switch_no = 1",
      })
  void whateverElse(String what, String kind, String change) {
    tamper(change);

    assertThat(kinds()).as(what).contains(kind);
  }

  /** Whoever knows the format can make a tail fit again: the head was anchored before. */
  @Test
  void aTailThatWasMadeToFitAgain() {
    tamper("update decision set model = 'tiny-1' where chain_position = 20");
    HashChain hashes = new HashChain();
    CanonicalBytes bytes = new CanonicalBytes();
    DecisionRow rows = new DecisionRow(ServiceProcess.JSON);
    List<String> updates = new ArrayList<>();
    byte[][] hash = {
      HexFormat.of()
          .parseHex(
              ledger.text(
                  "select encode(chain_hash, 'hex') from decision where chain_position = 19"))
    };
    ledger.each(
        "select "
            + DecisionRow.COLUMNS
            + ", d.chain_position from decision d where chain_position >= 20 order by"
            + " chain_position",
        row -> {
          hash[0] = hashes.next(hash[0], DecisionBytes.of(rows.read(row), bytes));
          updates.add(
              "update decision set chain_hash = decode('%s', 'hex') where chain_position = %d"
                  .formatted(HexFormat.of().formatHex(hash[0]), row.getLong("chain_position")));
        });
    ledger.execute(updates.toArray(String[]::new));

    assertThat(updates).hasSize(DECISIONS + 1 - 19);
    assertThat(kinds()).containsExactly("anchor_differs");
  }

  @Test
  void aTriggerStandsInTheWay() {
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> ledger.execute("delete from decision where chain_position = 30")))
        .hasRootCauseMessage(
            "ERROR: table decision only grows: DELETE is refused\n  Where: PL/pgSQL function refuse_change() line 3 at RAISE");
  }

  private static void tamper(String change) {
    String[] tables = {"decision", "audit_mark", "audit_event"};
    for (String table : tables) {
      ledger.execute("alter table " + table + " disable trigger only_grows");
    }
    ledger.execute(
        "alter table policy_version disable trigger user",
        "alter table kill_switch disable trigger user",
        change);
  }

  @org.junit.jupiter.api.AfterEach
  void putBack() {
    for (String table : new String[] {"policy_version", "kill_switch"}) {
      ledger.execute(
          "alter table " + table + " disable trigger user",
          "truncate " + table,
          "insert into " + table + " select * from saved." + table,
          "alter table " + table + " enable trigger user");
    }
    for (String table : new String[] {"decision", "audit_mark", "audit_event"}) {
      ledger.execute(
          "alter table " + table + " disable trigger only_grows",
          "truncate " + table,
          "insert into " + table + " select * from saved." + table,
          "alter table " + table + " enable trigger only_grows");
    }
  }

  private static boolean isSettled() {
    JsonNode report = verify();
    return report.path("decisions").asInt() == DECISIONS
        && report.path("unanchored").asInt() == 0
        && report.path("pending_decisions").asInt() == 0;
  }

  private static JsonNode verify() {
    return ServiceProcess.json(service.get("/audit/verify"));
  }

  private static List<String> kinds() {
    JsonNode report = verify();
    assertThat(report.path("intact").asBoolean()).isFalse();
    return report.at("/findings/by_kind").properties().stream()
        .map(java.util.Map.Entry::getKey)
        .toList();
  }
}
