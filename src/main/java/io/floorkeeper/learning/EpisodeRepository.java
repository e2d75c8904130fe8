package io.floorkeeper.learning;

import io.floorkeeper.ledger.Tokens;
import io.floorkeeper.platform.ArrayColumns;
import io.floorkeeper.posterior.EvidenceKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Episodes in Postgres, locked in the order of their roots. */
@ApplicationScoped
class EpisodeRepository {

  /** Of a chain: name and type. */
  private static final List<String[]> CHAIN =
      List.of(
          new String[] {"calls", "integer"},
          new String[] {"input_tokens", "bigint"},
          new String[] {"cache_read_tokens", "bigint"},
          new String[] {"cache_write_tokens", "bigint"},
          new String[] {"output_tokens", "bigint"},
          new String[] {"reasoning_tokens", "bigint"},
          new String[] {"token_calls", "integer"},
          new String[] {"nano_usd", "bigint"},
          new String[] {"dollar_calls", "integer"},
          new String[] {"errors", "integer"},
          new String[] {"last_rank", "bytea"},
          new String[] {"last_error", "boolean"},
          new String[] {"label_rank", "bytea"},
          new String[] {"label_v_micros", "bigint"},
          new String[] {"label_q_micros", "integer"});

  /** What an episode is opened with and what stays; decided_at comes as milliseconds. */
  private static final List<String[]> FIXED =
      List.of(
          new String[] {"root", "bytea"},
          new String[] {"role_no", "integer"},
          new String[] {"bucket", "integer"},
          new String[] {"arm_no", "integer"},
          new String[] {"block", "integer"},
          new String[] {"errors_count_as_zero", "boolean"},
          new String[] {"decided_at", "bigint"});

  private static final List<String[]> MOVING =
      List.of(
          new String[] {"ladder", "integer"},
          new String[] {"flags", "integer"},
          new String[] {"session_hash", "bigint"},
          new String[] {"credit_v_micros", "bigint"},
          new String[] {"credit_q_micros", "integer"},
          new String[] {"default_q_micros", "integer"},
          new String[] {"watched", "boolean"});

  private static final String OPEN = insert(false) + " on conflict do nothing returning root";
  private static final String OPEN_CLIMBED =
      insert(true) + " on conflict do nothing returning root";
  private static final String REPLACE = insert(false) + replacement(false);
  private static final String REPLACE_CLIMBED = insert(true) + replacement(true);

  private static List<String[]> columns(boolean climbed) {
    List<String[]> columns = new ArrayList<>(FIXED);
    columns.addAll(changing(climbed));
    return columns;
  }

  private static List<String[]> changing(boolean climbed) {
    List<String[]> columns = new ArrayList<>(MOVING);
    columns.addAll(CHAIN);
    if (climbed) {
      CHAIN.forEach(column -> columns.add(new String[] {"first_" + column[0], column[1]}));
    }
    return columns;
  }

  private static String insert(boolean climbed) {
    List<String[]> columns = columns(climbed);
    String names = columns.stream().map(c -> c[0]).collect(Collectors.joining(", "));
    String values =
        columns.stream()
            .map(
                c ->
                    c[0].equals("decided_at")
                        ? "timestamptz 'epoch' + u.decided_at * interval '1 millisecond'"
                        : "u." + c[0])
            .collect(Collectors.joining(", "));
    String arrays =
        columns.stream().map(c -> "?::" + c[1] + "[]").collect(Collectors.joining(", "));
    return "insert into episode as e ("
        + names
        + ") select "
        + values
        + " from unnest("
        + arrays
        + ") as u ("
        + names
        + ") order by u.root";
  }

  /** By the key, whatever the planner believes of the table's size. */
  private static String replacement(boolean climbed) {
    return changing(climbed).stream()
        .map(
            c ->
                c[0].equals("flags") // null: from before they were kept
                    ? "flags = e.flags & excluded.flags"
                    : c[0] + " = excluded." + c[0])
        .collect(
            Collectors.joining(", ", " on conflict (root) do update set touched_at = now(), ", ""));
  }

  /**
   * Writes episodes as far as none of their roots is there; two replicas that meet a new one at
   * once cannot both think it theirs.
   *
   * @param asIfNew distinct in their roots, with all that this transaction knows of them
   * @return the roots of those that were written; the others have to be locked and added to
   */
  Set<ByteBuffer> open(Connection connection, Collection<Episode> asIfNew) throws SQLException {
    Set<ByteBuffer> opened = new HashSet<>();
    if (asIfNew.isEmpty()) {
      return opened;
    }
    boolean climbed = asIfNew.stream().anyMatch(e -> e.ladder() != 0);
    try (PreparedStatement open = connection.prepareStatement(climbed ? OPEN_CLIMBED : OPEN)) {
      set(open, List.copyOf(asIfNew), climbed);
      try (ResultSet row = open.executeQuery()) {
        while (row.next()) {
          opened.add(ByteBuffer.wrap(row.getBytes(1)));
        }
      }
    }
    return opened;
  }

  /**
   * The stored episodes of these roots, locked until the transaction ends. After {@link #open}: in
   * another order two replicas could wait for one another.
   *
   * @return by root; a root that is not stored is left out
   */
  Map<ByteBuffer, Episode> lock(Connection connection, Collection<ByteBuffer> roots)
      throws SQLException {
    Map<ByteBuffer, Episode> stored = new HashMap<>();
    if (roots.isEmpty()) {
      return stored;
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            "select * from episode where root = any (?::bytea[]) order by root for update")) {
      new ArrayColumns<ByteBuffer>(select, List.copyOf(roots)).bytes(ByteBuffer::array);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Episode episode = episode(row);
          stored.put(ByteBuffer.wrap(episode.root()), episode);
        }
      }
    }
    return stored;
  }

  /** The sessions that these episodes are stored with. */
  Set<Long> sessions(Connection connection, Collection<ByteBuffer> roots) throws SQLException {
    Set<Long> sessions = new HashSet<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select distinct session_hash from episode where root = any (?::bytea[])"
                + " and session_hash is not null")) {
      new ArrayColumns<ByteBuffer>(select, List.copyOf(roots)).bytes(ByteBuffer::array);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          sessions.add(row.getLong(1));
        }
      }
    }
    return sessions;
  }

  /** The roots of these sessions' episodes, of each at most so many. */
  List<ByteBuffer> ofSessions(Connection connection, Collection<Long> sessions, int most)
      throws SQLException {
    List<ByteBuffer> roots = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select e.root from unnest(?::bigint[]) as s (hash) cross join lateral"
                + " (select root from episode where session_hash = s.hash limit ?) e")) {
      new ArrayColumns<Long>(select, List.copyOf(sessions)).longs(Long::longValue);
      select.setInt(2, most);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          roots.add(ByteBuffer.wrap(row.getBytes(1)));
        }
      }
    }
    return roots;
  }

  /** Removes episodes that are locked. */
  void delete(Connection connection, List<Episode> episodes) throws SQLException {
    if (episodes.isEmpty()) {
      return;
    }
    try (PreparedStatement delete =
        connection.prepareStatement("delete from episode where root = any (?::bytea[])")) {
      new ArrayColumns<>(delete, episodes).bytes(Episode::root);
      delete.executeUpdate();
    }
  }

  /** Writes episodes that are locked, in one statement. */
  void update(Connection connection, Collection<Episode> episodes) throws SQLException {
    if (episodes.isEmpty()) {
      return;
    }
    boolean climbed = episodes.stream().anyMatch(e -> e.ladder() != 0);
    try (PreparedStatement update =
        connection.prepareStatement(climbed ? REPLACE_CLIMBED : REPLACE)) {
      set(update, List.copyOf(episodes), climbed);
      update.executeUpdate();
    }
  }

  private static void set(PreparedStatement statement, List<Episode> episodes, boolean climbed)
      throws SQLException {
    ArrayColumns<Episode> columns = new ArrayColumns<>(statement, episodes);
    columns
        .bytes(Episode::root)
        .ints(e -> e.startKey().roleNo())
        .ints(e -> e.startKey().bucket())
        .ints(e -> e.startKey().armNo())
        .ints(e -> e.startKey().block())
        .booleans(Episode::errorsCountAsZero)
        .longs(e -> e.decidedAt().toEpochMilli())
        .ints(Episode::ladder)
        .ints(Episode::flags)
        .nullableLongs(e -> e.sessionHash().isPresent() ? e.sessionHash().getAsLong() : null)
        .nullableLongs(e -> e.credit().map(Label::weightMicros).orElse(null))
        .nullableInts(e -> e.credit().map(Label::qualityMicros).orElse(null))
        .nullableInts(e -> e.defaultMicros().isPresent() ? e.defaultMicros().getAsInt() : null)
        .booleans(Episode::watched);
    set(columns, Episode::all);
    if (climbed) { // else the first pass is all there is
      setNullable(columns, e -> e.ladder() == 0 ? null : e.first());
    }
  }

  private static void set(ArrayColumns<Episode> columns, Function<Episode, Chain> chain)
      throws SQLException {
    columns
        .ints(e -> chain.apply(e).calls())
        .longs(e -> chain.apply(e).tokens().input())
        .longs(e -> chain.apply(e).tokens().cacheRead())
        .longs(e -> chain.apply(e).tokens().cacheWrite())
        .longs(e -> chain.apply(e).tokens().output())
        .longs(e -> chain.apply(e).tokens().reasoning())
        .ints(e -> chain.apply(e).tokenCalls())
        .longs(e -> chain.apply(e).nanoUsd())
        .ints(e -> chain.apply(e).dollarCalls())
        .ints(e -> chain.apply(e).errors())
        .bytes(e -> chain.apply(e).lastRank())
        .booleans(e -> chain.apply(e).lastError())
        .bytes(e -> chain.apply(e).label().map(Chain.RankedLabel::rank).orElse(null))
        .nullableLongs(e -> chain.apply(e).label().map(l -> l.label().weightMicros()).orElse(null))
        .nullableInts(e -> chain.apply(e).label().map(l -> l.label().qualityMicros()).orElse(null));
  }

  /** The same where some have none. */
  private static void setNullable(ArrayColumns<Episode> columns, Function<Episode, Chain> chain)
      throws SQLException {
    Nullable of = new Nullable(chain);
    columns
        .nullableInts(of.value(Chain::calls))
        .nullableLongs(of.value(c -> c.tokens().input()))
        .nullableLongs(of.value(c -> c.tokens().cacheRead()))
        .nullableLongs(of.value(c -> c.tokens().cacheWrite()))
        .nullableLongs(of.value(c -> c.tokens().output()))
        .nullableLongs(of.value(c -> c.tokens().reasoning()))
        .nullableInts(of.value(Chain::tokenCalls))
        .nullableLongs(of.value(Chain::nanoUsd))
        .nullableInts(of.value(Chain::dollarCalls))
        .nullableInts(of.value(Chain::errors))
        .bytes(of.value(Chain::lastRank))
        .nullableBooleans(of.value(Chain::lastError))
        .bytes(of.value(c -> c.label().map(Chain.RankedLabel::rank).orElse(null)))
        .nullableLongs(of.value(c -> c.label().map(l -> l.label().weightMicros()).orElse(null)))
        .nullableInts(of.value(c -> c.label().map(l -> l.label().qualityMicros()).orElse(null)));
  }

  private record Nullable(Function<Episode, Chain> chain) {
    <V> Function<Episode, V> value(Function<Chain, V> of) {
      return e -> {
        Chain found = chain.apply(e);
        return found == null ? null : of.apply(found);
      };
    }
  }

  private static Episode episode(ResultSet row) throws SQLException {
    int ladder = row.getInt("ladder");
    Chain all = chain(row, "");
    long sessionHash = row.getLong("session_hash");
    OptionalLong session = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(sessionHash);
    return new Episode(
        row.getBytes("root"),
        new EvidenceKey(
            row.getInt("role_no"),
            row.getInt("bucket"),
            row.getInt("arm_no"),
            row.getInt("block"),
            EvidenceKey.FIRST_PASS),
        row.getInt("flags"),
        session,
        row.getObject("decided_at", OffsetDateTime.class).toInstant(),
        row.getBoolean("errors_count_as_zero"),
        ladder,
        ladder == 0 ? all : chain(row, "first_"),
        all,
        credit(row),
        column(row, "default_q_micros"),
        row.getBoolean("watched"));
  }

  private static Optional<Label> credit(ResultSet row) throws SQLException {
    Long weightMicros = row.getObject("credit_v_micros", Long.class);
    return weightMicros == null
        ? Optional.empty()
        : Optional.of(new Label(weightMicros, row.getInt("credit_q_micros")));
  }

  private static OptionalInt column(ResultSet row, String name) throws SQLException {
    Integer value = row.getObject(name, Integer.class);
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private static Chain chain(ResultSet row, String prefix) throws SQLException {
    byte[] labelRank = row.getBytes(prefix + "label_rank");
    return new Chain(
        row.getInt(prefix + "calls"),
        new Tokens(
            row.getLong(prefix + "input_tokens"),
            row.getLong(prefix + "cache_read_tokens"),
            row.getLong(prefix + "cache_write_tokens"),
            row.getLong(prefix + "output_tokens"),
            row.getLong(prefix + "reasoning_tokens")),
        row.getInt(prefix + "token_calls"),
        row.getLong(prefix + "nano_usd"),
        row.getInt(prefix + "dollar_calls"),
        row.getInt(prefix + "errors"),
        row.getBytes(prefix + "last_rank"),
        row.getBoolean(prefix + "last_error"),
        labelRank == null
            ? Optional.empty()
            : Optional.of(
                new Chain.RankedLabel(
                    labelRank,
                    new Label(
                        row.getLong(prefix + "label_v_micros"),
                        row.getInt(prefix + "label_q_micros")))));
  }
}
