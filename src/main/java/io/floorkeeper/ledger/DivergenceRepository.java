package io.floorkeeper.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;

/** Reported dollars beside those by the price, per model: exact sums since the first call. */
@ApplicationScoped
public class DivergenceRepository {

  /** Whose calls. */
  public record Key(String provider, String model) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::provider).thenComparing(Key::model);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * Sums over calls that have both.
   *
   * @param beyond calls where the two are more than 1 % apart
   */
  public record Sums(
      long calls, long beyond, BigInteger catalogueNanoUsd, BigInteger reportedNanoUsd) {
    public Sums plus(Sums other) {
      return new Sums(
          Math.addExact(calls, other.calls),
          Math.addExact(beyond, other.beyond),
          catalogueNanoUsd.add(other.catalogueNanoUsd),
          reportedNanoUsd.add(other.reportedNanoUsd));
    }

    /** Reported over priced; NaN where the price is 0. */
    public double ratio() {
      return catalogueNanoUsd.signum() == 0
          ? Double.NaN
          : reportedNanoUsd.doubleValue() / catalogueNanoUsd.doubleValue();
    }
  }

  /** A model and its sums. */
  public record OfModel(Key key, Sums sums) {}

  /** Adds in one statement, rows in the order of their keys. */
  public void add(Connection connection, SortedMap<Key, Sums> sums) throws SQLException {
    if (sums.isEmpty()) {
      return;
    }
    try (PreparedStatement add =
        connection.prepareStatement(
            """
            insert into price_divergence as d
              (provider, model, calls, beyond, catalogue_nano_usd, reported_nano_usd)
            select * from unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::numeric[],
              ?::numeric[])
            on conflict (provider, model) do update set calls = d.calls + excluded.calls,
              beyond = d.beyond + excluded.beyond,
              catalogue_nano_usd = d.catalogue_nano_usd + excluded.catalogue_nano_usd,
              reported_nano_usd = d.reported_nano_usd + excluded.reported_nano_usd
            """)) {
      int i = 1;
      List<Key> keys = new ArrayList<>(sums.keySet());
      List<Sums> values = new ArrayList<>(sums.values());
      add.setArray(i++, array(connection, "text", keys.stream().map(Key::provider).toArray()));
      add.setArray(i++, array(connection, "text", keys.stream().map(Key::model).toArray()));
      add.setArray(i++, array(connection, "bigint", values.stream().map(Sums::calls).toArray()));
      add.setArray(i++, array(connection, "bigint", values.stream().map(Sums::beyond).toArray()));
      add.setArray(
          i++,
          array(
              connection,
              "numeric",
              values.stream().map(s -> new BigDecimal(s.catalogueNanoUsd())).toArray()));
      add.setArray(
          i++,
          array(
              connection,
              "numeric",
              values.stream().map(s -> new BigDecimal(s.reportedNanoUsd())).toArray()));
      add.executeUpdate();
    }
  }

  private static java.sql.Array array(Connection connection, String type, Object[] values)
      throws SQLException {
    return connection.createArrayOf(type, values);
  }

  /** All models that have any, farthest from their price first. */
  public List<OfModel> read(Connection connection) throws SQLException {
    List<OfModel> all = new ArrayList<>();
    try (PreparedStatement select =
            connection.prepareStatement(
                """
                select provider, model, calls, beyond, catalogue_nano_usd, reported_nano_usd
                from price_divergence where calls <> 0
                order by abs(ln(greatest(reported_nano_usd, 1) / greatest(catalogue_nano_usd, 1)))
                  desc, provider, model
                """);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        all.add(
            new OfModel(
                new Key(row.getString(1), row.getString(2)),
                new Sums(
                    row.getLong(3),
                    row.getLong(4),
                    row.getBigDecimal(5).toBigInteger(),
                    row.getBigDecimal(6).toBigInteger())));
      }
    }
    return all;
  }
}
