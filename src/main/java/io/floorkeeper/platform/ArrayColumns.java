package io.floorkeeper.platform;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * Many rows as array parameters of one statement ({@code from unnest(?::bigint[], ...)}): one
 * column after the other, in the order of the statement's question marks. Arrays of primitives and
 * bytes go to PostgreSQL in its binary form; a boxed element, or a day written as text, costs more
 * here and there than the row that it is for.
 *
 * <p>A time goes as a number: {@code timestamptz 'epoch' + u.at_micros * interval '1 microsecond'}.
 */
public final class ArrayColumns<T> {
  private final PreparedStatement statement;
  private final List<? extends T> rows;
  private int index;

  public ArrayColumns(PreparedStatement statement, List<? extends T> rows) {
    this.statement = statement;
    this.rows = rows;
  }

  /** {@code bigint[]}. */
  public ArrayColumns<T> longs(ToLongFunction<T> value) throws SQLException {
    long[] column = new long[rows.size()];
    for (int i = 0; i < column.length; i++) {
      column[i] = value.applyAsLong(rows.get(i));
    }
    statement.setObject(++index, column);
    return this;
  }

  /** {@code integer[]}. */
  public ArrayColumns<T> ints(ToIntFunction<T> value) throws SQLException {
    int[] column = new int[rows.size()];
    for (int i = 0; i < column.length; i++) {
      column[i] = value.applyAsInt(rows.get(i));
    }
    statement.setObject(++index, column);
    return this;
  }

  /** {@code boolean[]}. */
  public ArrayColumns<T> booleans(Predicate<T> value) throws SQLException {
    boolean[] column = new boolean[rows.size()];
    for (int i = 0; i < column.length; i++) {
      column[i] = value.test(rows.get(i));
    }
    statement.setObject(++index, column);
    return this;
  }

  /** {@code bigint[]}; null is SQL's null. */
  public ArrayColumns<T> nullableLongs(Function<T, Long> value) throws SQLException {
    return objects(value, new Long[rows.size()]);
  }

  /** {@code integer[]}; null is SQL's null. */
  public ArrayColumns<T> nullableInts(Function<T, Integer> value) throws SQLException {
    return objects(value, new Integer[rows.size()]);
  }

  /** {@code float8[]}; null is SQL's null. */
  public ArrayColumns<T> nullableDoubles(Function<T, Double> value) throws SQLException {
    return objects(value, new Double[rows.size()]);
  }

  /** {@code boolean[]}; null is SQL's null. */
  public ArrayColumns<T> nullableBooleans(Function<T, Boolean> value) throws SQLException {
    return objects(value, new Boolean[rows.size()]);
  }

  /** {@code text[]}; null is SQL's null. */
  public ArrayColumns<T> texts(Function<T, String> value) throws SQLException {
    return objects(value, new String[rows.size()]);
  }

  /** {@code bytea[]}; null is SQL's null. */
  public ArrayColumns<T> bytes(Function<T, byte[]> value) throws SQLException {
    return objects(value, new byte[rows.size()][]);
  }

  /** {@code numeric[]}, as text: for few rows. */
  public ArrayColumns<T> integers(Function<T, BigInteger> value) throws SQLException {
    BigDecimal[] column = new BigDecimal[rows.size()];
    for (int i = 0; i < column.length; i++) {
      column[i] = new BigDecimal(value.apply(rows.get(i)));
    }
    statement.setArray(++index, statement.getConnection().createArrayOf("numeric", column));
    return this;
  }

  private <V> ArrayColumns<T> objects(Function<T, V> value, V[] column) throws SQLException {
    for (int i = 0; i < column.length; i++) {
      column[i] = value.apply(rows.get(i));
    }
    statement.setObject(++index, column);
    return this;
  }
}
