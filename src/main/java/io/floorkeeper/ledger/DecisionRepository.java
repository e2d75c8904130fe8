package io.floorkeeper.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The decision log in Postgres: written in batches behind the answers, read one at a time. */
@ApplicationScoped
public class DecisionRepository
    implements PanacheRepositoryBase<DecisionEntity, DecisionEntity.Key> {

  private static final TypeReference<List<String>> STRINGS = new TypeReference<>() {};
  private static final TypeReference<Map<String, String>> STRING_MAP = new TypeReference<>() {};

  private final ObjectMapper json;

  DecisionRepository(ObjectMapper json) {
    this.json = json;
  }

  private static final String INSERT =
      """
      insert into decision (decision_id, replica, sequence, decided_at, role_no, role, arm, tier, model,
        reason, propensity, policy_version, epoch, bucket, mask, evaluate, learning, constraints,
        snapshot_age_millis, collaboration, session_id, run_id, step, data_class, tags, shadow_arm,
        shadow_propensity, chain, chain_position, chain_hash, tenant, check_name, classifier_millis,
        classifier_nano_usd, ceiling, shadow, pace, prices)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict do nothing
      """;

  /**
   * Writes what is not there yet; a record that the log repeats changes nothing.
   *
   * @return those that were not there
   */
  public List<DecisionRecord> insert(Connection connection, List<LoggedDecision> decisions)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (LoggedDecision logged : decisions) {
        DecisionRecord r = logged.record();
        ChainLink link = logged.link();
        int i = 1;
        insert.setBytes(i++, DecisionKeys.bytes(r.decisionId()));
        insert.setInt(i++, r.replica());
        insert.setLong(i++, r.sequence());
        // Not as a Timestamp: the driver writes that as this host's clock shows it, and an hour
        // comes
        // twice in autumn.
        insert.setObject(i++, r.decidedAt().atOffset(ZoneOffset.UTC));
        insert.setInt(i++, r.roleNo());
        insert.setString(i++, r.role());
        insert.setString(i++, r.arm());
        insert.setString(i++, r.tier());
        insert.setString(i++, r.model());
        insert.setString(i++, r.reason());
        insert.setDouble(i++, r.propensity());
        insert.setInt(i++, r.policyVersion());
        insert.setLong(i++, r.epoch());
        insert.setInt(i++, r.bucket());
        insert.setLong(i++, r.mask());
        insert.setBoolean(i++, r.evaluate());
        insert.setString(i++, r.learning());
        insert.setString(i++, write(r.constraints()));
        insert.setLong(i++, r.snapshotAgeMillis());
        insert.setString(i++, r.collaboration());
        insert.setString(i++, r.sessionId());
        insert.setString(i++, r.runId());
        insert.setString(i++, r.step());
        insert.setString(i++, r.dataClass());
        insert.setString(i++, r.tags() == null ? null : write(r.tags()));
        insert.setString(i++, r.shadowArm());
        insert.setObject(i++, r.shadowPropensity(), java.sql.Types.DOUBLE);
        insert.setObject(i++, link == null ? null : link.chain(), java.sql.Types.OTHER);
        insert.setObject(i++, link == null ? null : link.position(), java.sql.Types.BIGINT);
        insert.setBytes(i++, link == null ? null : HexFormat.of().parseHex(link.hash()));
        insert.setString(i++, r.tenant());
        insert.setString(i++, r.check());
        insert.setObject(i++, r.classifierMillis(), java.sql.Types.INTEGER);
        insert.setObject(i++, r.classifierNanoUsd(), java.sql.Types.BIGINT);
        insert.setString(i++, r.ceiling());
        insert.setString(i++, r.shadow() == null ? null : write(r.shadow()));
        insert.setInt(i++, r.pace());
        insert.setInt(i, r.prices());
        insert.addBatch();
      }
      int[] written = insert.executeBatch();
      return IntStream.range(0, written.length)
          .filter(i -> written[i] > 0)
          .mapToObj(i -> decisions.get(i).record())
          .toList();
    }
  }

  /** Writes the explanations that are not there yet. */
  public void insertAllocations(Connection connection, List<AllocationRecord> records)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into allocation (role_no, bucket, mask, policy_version, epoch, pace, prices,"
                + " explanation) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing")) {
      for (AllocationRecord r : records) {
        insert.setInt(1, r.roleNo());
        insert.setInt(2, r.bucket());
        insert.setLong(3, r.mask());
        insert.setInt(4, r.policyVersion());
        insert.setLong(5, r.epoch());
        insert.setInt(6, r.pace());
        insert.setInt(7, r.prices());
        insert.setString(8, r.explanation().toString());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** The first answer that was given under this id. */
  @Transactional
  public Optional<DecisionRecord> read(String decisionId) {
    return find("decisionId = ?1 order by decidedAt", DecisionKeys.bytes(decisionId))
        .firstResultOptional()
        .map(e -> record(decisionId, e));
  }

  /** The explanation of the allocation behind a decision. */
  @Transactional
  public Optional<JsonNode> readAllocation(
      int roleNo, int bucket, long mask, int policyVersion, long epoch, int pace, int prices) {
    AllocationEntity.Key key =
        new AllocationEntity.Key(roleNo, (short) bucket, mask, policyVersion, epoch, pace, prices);
    return Optional.ofNullable(getEntityManager().find(AllocationEntity.class, key))
        .map(e -> read(e.explanation, JsonNode.class));
  }

  private DecisionRecord record(String decisionId, DecisionEntity e) {
    return new DecisionRecord(
        decisionId,
        e.replica,
        e.sequence,
        e.decidedAt,
        e.roleNo,
        e.role,
        e.arm,
        e.tier,
        e.model,
        e.reason,
        e.propensity,
        e.policyVersion,
        e.epoch,
        e.bucket,
        e.mask,
        e.evaluate,
        e.learning,
        read(e.constraints, STRINGS),
        e.snapshotAgeMillis,
        e.collaboration,
        e.sessionId,
        e.runId,
        e.step,
        e.dataClass,
        e.tags == null ? null : read(e.tags, STRING_MAP),
        e.shadowArm,
        e.shadowPropensity,
        e.tenant,
        e.checkName,
        e.classifierMillis,
        e.classifierNanoUsd,
        e.ceiling,
        e.shadow == null ? null : read(e.shadow, ShadowOdds.class),
        e.pace,
        e.prices);
  }

  private String write(Object value) {
    try {
      return json.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("strings are always writable as JSON", e);
    }
  }

  private <T> T read(String text, Class<T> type) {
    try {
      return json.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the decision log holds broken JSON", e);
    }
  }

  private <T> T read(String text, TypeReference<T> type) {
    try {
      return json.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the decision log holds broken JSON", e);
    }
  }
}
