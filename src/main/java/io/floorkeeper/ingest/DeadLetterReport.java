package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** What {@code GET /ingest} says of dead letters. A flood of one code does not hide the others. */
final class DeadLetterReport {
  private static final String LATEST =
      """
      select topic, partition, record_offset, item, code, field, message, trace_id, span_id,
        value_bytes, at
      from dead_letter %s order by at desc, record_offset desc, item limit ?
      """;

  private DeadLetterReport() {}

  /**
   * Adds {@code dead_letter_codes}, of a day, most letters first, and {@code dead_letters}, the
   * latest first.
   *
   * @param code of the letters to be told one by one; null: of any
   * @param most letters that are told one by one
   */
  static void tell(Connection connection, String code, int most, ObjectNode answer)
      throws SQLException {
    codes(connection, answer.putArray("dead_letter_codes"));
    latest(connection, code, most, answer.putArray("dead_letters"));
  }

  private static void codes(Connection connection, ArrayNode codes) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                """
                select code, count(*), max(at) from dead_letter
                where at > now() - interval '24 hours' group by code order by 2 desc, 1
                """);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        codes
            .addObject()
            .put("code", row.getString(1))
            .put("letters_in_24_hours", row.getLong(2))
            .put("latest", row.getTimestamp(3).toInstant().toString());
      }
    }
  }

  private static void latest(Connection connection, String code, int most, ArrayNode letters)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(LATEST.formatted(code == null ? "" : "where code = ?"))) {
      int at = 1;
      if (code != null) {
        select.setString(at++, code);
      }
      select.setInt(at, most);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          letters
              .addObject()
              .put("topic", row.getString("topic"))
              .put("partition", row.getInt("partition"))
              .put("offset", row.getLong("record_offset"))
              .put("item", row.getInt("item"))
              .put("code", row.getString("code"))
              .put("field", row.getString("field"))
              .put("message", row.getString("message"))
              .put("trace_id", row.getString("trace_id"))
              .put("span_id", row.getString("span_id"))
              .put("value_bytes", row.getInt("value_bytes"))
              .put("at", row.getTimestamp("at").toInstant().toString());
        }
      }
    }
  }
}
