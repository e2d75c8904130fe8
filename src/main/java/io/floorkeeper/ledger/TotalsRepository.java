package io.floorkeeper.ledger;

import io.floorkeeper.platform.ArrayColumns;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Exact totals of what came in and what became of it, moved with the records themselves. */
@ApplicationScoped
public class TotalsRepository {

  /** Adds to the named totals, in the caller's transaction. */
  public void add(Connection connection, SortedMap<String, Long> deltas) throws SQLException {
    List<Map.Entry<String, Long>> rows =
        deltas.entrySet().stream().filter(delta -> delta.getValue() != 0).toList();
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement add =
        connection.prepareStatement(
            "insert into ingest_total as t (name, total)"
                + " select * from unnest(?::text[], ?::bigint[]) as u (name, total) order by u.name"
                + " on conflict (name) do update set total = t.total + excluded.total")) {
      new ArrayColumns<Map.Entry<String, Long>>(add, rows)
          .texts(Map.Entry::getKey)
          .longs(Map.Entry::getValue);
      add.executeUpdate();
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
