package io.floorkeeper.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A row of {@code decision}, read without the entity manager: for those who read very many. */
public final class DecisionRow {
  private static final TypeReference<List<String>> STRINGS = new TypeReference<>() {};
  private static final TypeReference<Map<String, String>> STRING_MAP = new TypeReference<>() {};
  private static final TypeReference<ShadowOdds> SHADOW = new TypeReference<>() {};

  /** What {@link #read} wants selected, of the table named {@code d}. */
  public static final String COLUMNS =
      """
      d.decision_id, d.replica, d.sequence, d.decided_at, d.role_no, d.role, d.arm, d.tier, d.model, d.reason,
      d.propensity, d.policy_version, d.epoch, d.bucket, d.mask, d.evaluate, d.learning, d.constraints,
      d.snapshot_age_millis, d.collaboration, d.session_id, d.run_id, d.step, d.data_class, d.tags,
      d.shadow_arm, d.shadow_propensity, d.tenant, d.check_name, d.classifier_millis,
      d.classifier_nano_usd, d.ceiling, d.shadow, d.pace,
      d.prices
      """;

  private final ObjectMapper json;

  public DecisionRow(ObjectMapper json) {
    this.json = json;
  }

  /**
   * The record of the current row, whose first columns are {@link #COLUMNS}.
   *
   * @throws BrokenRowException where a text column holds no JSON of its kind
   */
  public DecisionRecord read(ResultSet row) throws SQLException {
    int i = 1;
    return new DecisionRecord(
        characters(row.getBytes(i++)),
        row.getInt(i++),
        row.getLong(i++),
        row.getObject(i++, OffsetDateTime.class).toInstant(),
        row.getInt(i++),
        row.getString(i++),
        row.getString(i++),
        row.getString(i++),
        row.getString(i++),
        row.getString(i++),
        row.getDouble(i++),
        row.getInt(i++),
        row.getLong(i++),
        row.getInt(i++),
        row.getLong(i++),
        row.getBoolean(i++),
        row.getString(i++),
        strings(row.getString(i++)),
        row.getLong(i++),
        row.getString(i++),
        row.getString(i++),
        row.getString(i++),
        row.getString(i++),
        row.getString(i++),
        stringMap(row.getString(i++)),
        row.getString(i++),
        row.getObject(i++, Double.class),
        row.getString(i++),
        row.getString(i++),
        row.getObject(i++, Integer.class),
        row.getObject(i++, Long.class),
        row.getString(i++),
        shadow(row.getString(i++)),
        row.getInt(i++),
        row.getInt(i));
  }

  /** The decision id of the current row alone. */
  public static String id(ResultSet row) throws SQLException {
    return characters(row.getBytes(1));
  }

  /** The 64 characters of an id's bytes. */
  public static String characters(byte[] id) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
  }

  /** Somebody wrote into a column what the service never writes. */
  public static final class BrokenRowException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenRowException(String column) {
      super("the column " + column + " holds no JSON of its kind", null, false, false);
    }
  }

  private ShadowOdds shadow(String text) {
    return text == null ? null : read("shadow", text, SHADOW);
  }

  private List<String> strings(String text) {
    return text.equals("[]") ? List.of() : read("constraints", text, STRINGS);
  }

  private Map<String, String> stringMap(String text) {
    return text == null ? null : read("tags", text, STRING_MAP);
  }

  private <T> T read(String column, String text, TypeReference<T> type) {
    try {
      T value = json.readValue(text, type);
      if (value == null) {
        throw new BrokenRowException(column);
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new BrokenRowException(column);
    }
  }
}
