package io.floorkeeper.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Responses in Postgres, locked in the order of their keys until the transaction ends: of two
 * replicas that meet one, the second sees what the first made of it.
 */
@ApplicationScoped
public class ResponseRepository {
  private static final String MEET =
      """
      insert into response_call as r (response_hash, rank, day, members, reported_rank, reported_nano_usd)
      select u.response_hash, u.rank, u.day, u.members, u.reported_rank, u.reported_nano_usd
      from unnest(?::bytea[], ?::bytea[], ?::date[], ?::integer[], ?::bytea[], ?::bigint[])
        as u (response_hash, rank, day, members, reported_rank, reported_nano_usd)
      order by u.response_hash
      on conflict (response_hash) do update set members = r.members + excluded.members
      returning response_hash, rank, day, members, reported_rank, reported_nano_usd, xmax <> 0
      """;

  private static final String IMPROVE =
      """
      update response_call r set rank = u.rank, day = u.day, reported_rank = u.reported_rank,
        reported_nano_usd = u.reported_nano_usd
      from unnest(?::bytea[], ?::bytea[], ?::date[], ?::integer[], ?::bytea[], ?::bigint[])
        as u (response_hash, rank, day, members, reported_rank, reported_nano_usd)
      where r.response_hash = u.response_hash
      """;

  /** What was known of a response before, and is now. */
  public record Met(Response before, Response after) {}

  /**
   * Adds what a batch says of responses.
   *
   * @param responses by key
   * @return those that were known before, by key
   */
  public Map<ByteBuffer, Met> meet(Connection connection, SortedMap<ByteBuffer, Response> responses)
      throws SQLException {
    Map<ByteBuffer, Met> met = new HashMap<>();
    if (responses.isEmpty()) {
      return met;
    }
    SortedMap<ByteBuffer, Response> better = new TreeMap<>();
    try (PreparedStatement meet = connection.prepareStatement(MEET)) {
      set(meet, responses);
      try (ResultSet row = meet.executeQuery()) {
        while (row.next()) {
          if (!row.getBoolean(7)) {
            continue;
          }
          ByteBuffer key = ByteBuffer.wrap(row.getBytes(1));
          Response told = responses.get(key);
          long reported = row.getLong(6);
          Response before =
              new Response(
                  row.getBytes(2),
                  row.getObject(3, LocalDate.class),
                  row.getInt(4) - told.members(),
                  row.getBytes(5),
                  row.getBytes(5) == null ? OptionalLong.empty() : OptionalLong.of(reported));
          Response after = before.plus(told);
          met.put(key, new Met(before, after));
          if (!after.countsAs(before)
              || !java.util.Arrays.equals(after.reportedRank(), before.reportedRank())) {
            better.put(key, after);
          }
        }
      }
    }
    if (!better.isEmpty()) {
      try (PreparedStatement improve = connection.prepareStatement(IMPROVE)) {
        set(improve, better);
        improve.executeUpdate();
      }
    }
    return met;
  }

  private static void set(PreparedStatement statement, SortedMap<ByteBuffer, Response> responses)
      throws SQLException {
    List<Map.Entry<ByteBuffer, Response>> rows = List.copyOf(responses.entrySet());
    bytes(statement, 1, rows, r -> r.getKey().array());
    bytes(statement, 2, rows, r -> r.getValue().rank());
    array(statement, 3, "date", rows, r -> Date.valueOf(r.getValue().day()));
    array(statement, 4, "integer", rows, r -> r.getValue().members());
    bytes(statement, 5, rows, r -> r.getValue().reportedRank());
    array(
        statement,
        6,
        "bigint",
        rows,
        r ->
            r.getValue().reportedNanoUsd().isPresent()
                ? r.getValue().reportedNanoUsd().getAsLong()
                : null);
  }

  private static <T> void array(
      PreparedStatement statement, int index, String type, List<T> rows, Function<T, ?> value)
      throws SQLException {
    statement.setArray(
        index, statement.getConnection().createArrayOf(type, rows.stream().map(value).toArray()));
  }

  private static <T> void bytes(
      PreparedStatement statement, int index, List<T> rows, Function<T, byte[]> value)
      throws SQLException {
    statement.setArray(
        index,
        statement
            .getConnection()
            .createArrayOf("bytea", rows.stream().map(value).toArray(byte[][]::new)));
  }
}
