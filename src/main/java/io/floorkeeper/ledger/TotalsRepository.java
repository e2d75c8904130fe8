package io.floorkeeper.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.SortedMap;
import java.util.TreeMap;

/** Exact totals of what came in and what became of it, moved with the records themselves. */
@ApplicationScoped
public class TotalsRepository {

  /** Adds to the named totals, in the caller's transaction. */
  public void add(Connection connection, SortedMap<String, Long> deltas) throws SQLException {
    try (PreparedStatement add =
        connection.prepareStatement(
            "insert into ingest_total as t (name, total) values (?, ?)"
                + " on conflict (name) do update set total = t.total + excluded.total")) {
      for (var entry : deltas.entrySet()) {
        if (entry.getValue() != 0) {
          add.setString(1, entry.getKey());
          add.setLong(2, entry.getValue());
          add.addBatch();
        }
      }
      add.executeBatch();
    }
  }

  /** All totals by name. */
  public SortedMap<String, Long> read(Connection connection) throws SQLException {
    SortedMap<String, Long> totals = new TreeMap<>();
    try (PreparedStatement select =
            connection.prepareStatement("select name, total from ingest_total");
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        totals.put(rows.getString(1), rows.getLong(2));
      }
    }
    return totals;
  }
}
