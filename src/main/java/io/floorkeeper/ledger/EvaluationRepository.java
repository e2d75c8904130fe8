package io.floorkeeper.ledger;

import io.floorkeeper.ledger.StoredEvaluation.Key;
import io.floorkeeper.ledger.StoredEvaluation.Place;
import io.floorkeeper.ledger.StoredEvaluation.Standing;
import io.floorkeeper.platform.ArrayColumns;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Judgements in Postgres, one row each, locked in the order of their keys. */
@ApplicationScoped
public class EvaluationRepository {

  /** The class of advisory locks on sessions: "sess". */
  private static final int SESSION_LOCKS = 0x73657373;

  /** The server keeps few locks: so many are enough for streams not to meet by chance. */
  private static final int SESSION_STRIPES = 256;

  /** Later by its source's clock, then by source, then by content: total, as in Java. */
  private static final String PUT =
      """
      insert into evaluation as e (target, scope, rung, name, identifier, score, passed, probability,
        said_at, source, standing, root, rank, check_at)
      select u.target, u.scope, u.rung, u.name, u.identifier, u.score, u.passed, u.probability,
        timestamptz 'epoch' + u.said_micros * interval '1 microsecond', u.source, u.standing, u.root, u.rank,
        case when u.standing in ('held', 'session') then now() + interval '2 seconds' end
      from unnest(?::bytea[], ?::integer[], ?::integer[], ?::text[], ?::text[], ?::float8[],
        ?::boolean[], ?::float8[], ?::bigint[], ?::text[], ?::text[], ?::bytea[], ?::bytea[])
        as u (target, scope, rung, name, identifier, score, passed, probability, said_micros, source,
        standing, root, rank)
      order by u.target, u.scope, u.rung, u.name collate "C", u.identifier collate "C"
      on conflict (target, scope, rung, name, identifier) do update set
        score = excluded.score, passed = excluded.passed, probability = excluded.probability,
        said_at = excluded.said_at, source = excluded.source,
        standing = case when e.standing = 'expired' then 'held' else e.standing end,
        check_at = case when e.standing = 'expired' then now() else e.check_at end
      where (excluded.said_at, excluded.source collate "C", coalesce(excluded.score, '-infinity'),
          coalesce(excluded.passed, false), coalesce(excluded.probability, 0))
        > (e.said_at, e.source collate "C", coalesce(e.score, '-infinity'), coalesce(e.passed, false),
          coalesce(e.probability, 0))
      """;

  private static final String PUT_AND_TELL =
      PUT
          + """
      returning target, scope, rung, name, identifier, standing, root, rank, told_at, xmax = 0 as fresh
      """;

  private static final String SELECT =
      """
      select target, scope, rung, name, identifier, score, passed, probability, said_at, source, standing,
        root, rank, told_at from evaluation
      """;

  private static final String LOCKED =
      " order by target, scope, rung, name collate \"C\", identifier collate \"C\" for update";

  private static final String SETTLE =
      """
      update evaluation e set standing = u.standing, root = u.root, rank = u.rank, check_at = u.check_at,
        checks = least(e.checks + 1, 1000)
      from unnest(?::bytea[], ?::integer[], ?::smallint[], ?::text[], ?::text[], ?::text[], ?::bytea[],
        ?::bytea[], ?::timestamptz[])
        as u (target, scope, rung, name, identifier, standing, root, rank, check_at)
      where e.target = u.target and e.scope = u.scope and e.rung = u.rung and e.name = u.name
        and e.identifier = u.identifier
      """;

  /**
   * A row that was put, claimed or found due.
   *
   * @param fresh whether it was put for the first time
   */
  public record Stored(
      Key key, Standing standing, Optional<Place> place, Instant toldAt, boolean fresh) {}

  /**
   * What becomes of a row.
   *
   * @param checkAt when to look again; null: never
   */
  public record Settled(Key key, Standing standing, Optional<Place> place, Instant checkAt) {}

  /**
   * Writes those that are new, or later than what is there, in one statement.
   *
   * @param rows distinct in key; with a place: {@code joined}; without: {@code held} or {@code
   *     session}
   * @return what has changed; the others repeat what is there, or came after a later one
   */
  public List<Stored> put(Connection connection, List<StoredEvaluation> rows) throws SQLException {
    List<Stored> changed = new ArrayList<>();
    if (rows.isEmpty()) {
      return changed;
    }
    try (PreparedStatement put = connection.prepareStatement(PUT_AND_TELL)) {
      set(put, rows);
      try (ResultSet row = put.executeQuery()) {
        while (row.next()) {
          changed.add(stored(row, row.getBoolean("fresh")));
        }
      }
    }
    return changed;
  }

  /** The same of what calls carry: nobody asks what became of it. */
  public void putCarried(Connection connection, List<StoredEvaluation> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement put = connection.prepareStatement(PUT)) {
      set(put, rows);
      put.executeUpdate();
    }
  }

  private static void set(PreparedStatement put, List<StoredEvaluation> rows) throws SQLException {
    new ArrayColumns<StoredEvaluation>(put, rows)
        .bytes(r -> r.key().target().array())
        .ints(r -> r.key().scope())
        .ints(r -> r.key().rung())
        .texts(r -> r.key().name())
        .texts(r -> r.key().identifier())
        .nullableDoubles(r -> r.evaluation().score().orElse(null))
        .nullableBooleans(r -> r.evaluation().passed().orElse(null))
        .nullableDoubles(r -> r.evaluation().labelProbability().orElse(null))
        .longs(r -> micros(r.saidAt()))
        .texts(StoredEvaluation::source)
        .texts(r -> initial(r).toString())
        .bytes(r -> r.place().map(p -> p.root().array()).orElse(null))
        .bytes(r -> r.place().map(Place::rank).orElse(null));
  }

  private static long micros(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }

  private static Standing initial(StoredEvaluation row) {
    if (row.place().isPresent()) {
      return Standing.JOINED;
    }
    return row.key().target().kind() == TargetKey.Kind.SESSION ? Standing.SESSION : Standing.HELD;
  }

  /** What is waited for; at most so many, in no order. */
  public List<TargetKey> waiting(Connection connection, int most) throws SQLException {
    List<TargetKey> targets = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select target from evaluation where check_at is not null limit ?")) {
      select.setInt(1, most);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          targets.add(TargetKey.of(row.getBytes(1)));
        }
      }
    }
    return targets;
  }

  /**
   * Locks all that was said of these, in one order. Whoever goes on to write some of them does this
   * before: rows locked in several steps, each ordered by itself, are not locked in one order. Of a
   * session all rows are read and written, also those that others add meanwhile, so sessions are
   * locked themselves, before any row.
   */
  public void lock(Connection connection, Collection<TargetKey> targets) throws SQLException {
    int[] stripes =
        targets.stream()
            .flatMap(target -> target.session().stream())
            .mapToInt(session -> Math.floorMod(session, SESSION_STRIPES))
            .sorted()
            .distinct()
            .toArray();
    if (stripes.length > 0) {
      try (PreparedStatement lock =
          connection.prepareStatement(
              "select pg_advisory_xact_lock(?, u.stripe) from unnest(?::integer[]) as u (stripe)")) {
        lock.setInt(1, SESSION_LOCKS);
        lock.setObject(2, stripes);
        lock.execute();
      }
    }
    select(
        connection,
        "select 1 from evaluation where target = any (?)" + LOCKED,
        bytes(connection, targets),
        row -> true);
  }

  /** What told judgements of these episodes are about, as far as they have found them. */
  public List<TargetKey> targetsOf(Connection connection, Collection<byte[]> roots)
      throws SQLException {
    return select(
        connection,
        "select target from evaluation where root = any (?) and source <> ''",
        connection.createArrayOf("bytea", roots.toArray(byte[][]::new)),
        row -> TargetKey.of(row.getBytes(1)));
  }

  /** Told judgements that stand in these episodes, locked. */
  public List<Stored> toldOf(Connection connection, Collection<byte[]> roots) throws SQLException {
    return select(
        connection,
        SELECT + " where root = any (?) and source <> ''" + LOCKED,
        connection.createArrayOf("bytea", roots.toArray(byte[][]::new)),
        row -> stored(row, false));
  }

  /** Those that wait for one of these, locked. */
  public List<Stored> claim(Connection connection, Collection<TargetKey> targets)
      throws SQLException {
    return select(
        connection,
        SELECT + " where target = any (?) and check_at is not null" + LOCKED,
        bytes(connection, targets),
        row -> stored(row, false));
  }

  /**
   * Those whose time to look again has come, locked with all else that was said of the same, in the
   * one order. What another replica has looked at meanwhile is due no longer.
   */
  public List<Stored> due(Connection connection, int most) throws SQLException {
    List<TargetKey> targets = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select target from evaluation where check_at <= now() order by check_at limit ?")) {
      select.setInt(1, most);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          targets.add(TargetKey.of(row.getBytes(1)));
        }
      }
    }
    if (targets.isEmpty()) {
      return List.of();
    }
    lock(connection, targets);
    return select(
        connection,
        SELECT + " where target = any (?) and check_at <= now()",
        bytes(connection, targets),
        row -> stored(row, false));
  }

  /** Writes what became of rows that this transaction has put, claimed or found due. */
  public void settle(Connection connection, List<Settled> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement update = connection.prepareStatement(SETTLE)) {
      new ArrayColumns<Settled>(update, rows)
          .bytes(r -> r.key().target().array())
          .ints(r -> r.key().scope())
          .ints(r -> r.key().rung())
          .texts(r -> r.key().name())
          .texts(r -> r.key().identifier())
          .texts(r -> r.standing().toString())
          .bytes(r -> r.place().map(p -> p.root().array()).orElse(null))
          .bytes(r -> r.place().map(Place::rank).orElse(null))
          .texts(r -> r.checkAt() == null ? null : r.checkAt().toString());
      update.executeUpdate();
    }
  }

  /** Forgets what calls carried themselves. */
  public void forgetCarried(Connection connection, List<TargetKey> targets) throws SQLException {
    if (targets.isEmpty()) {
      return;
    }
    try (PreparedStatement delete =
        connection.prepareStatement(
            "delete from evaluation where target = any (?::bytea[]) and source = ''")) {
      delete.setArray(
          1,
          connection.createArrayOf(
              "bytea", targets.stream().map(TargetKey::array).toArray(byte[][]::new)));
      delete.executeUpdate();
    }
  }

  /** All that is known of these episodes. */
  public List<StoredEvaluation> ofEpisodes(Connection connection, Collection<byte[]> roots)
      throws SQLException {
    return select(
        connection,
        SELECT + " where root = any (?)",
        connection.createArrayOf("bytea", roots.toArray(byte[][]::new)),
        EvaluationRepository::evaluation);
  }

  /** All that was said of these sessions, locked: who shares it among decisions does so alone. */
  public List<StoredEvaluation> ofSessions(Connection connection, Collection<Long> sessions)
      throws SQLException {
    return select(
        connection,
        SELECT + " where target = any (?)" + LOCKED,
        bytes(connection, sessions.stream().map(TargetKey::session).toList()),
        EvaluationRepository::evaluation);
  }

  /**
   * A session's judgements have found decisions.
   *
   * @return when those came that had found none before
   */
  public List<Instant> credited(Connection connection, long session) throws SQLException {
    return select(
        connection,
        "update evaluation set standing = 'credited' where target = any (?) and standing = 'session'"
            + " returning told_at",
        bytes(connection, List.of(TargetKey.session(session))),
        row -> row.getObject(1, OffsetDateTime.class).toInstant());
  }

  @FunctionalInterface
  private interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private static <T> List<T> select(
      Connection connection, String sql, java.sql.Array parameter, Reader<T> reader)
      throws SQLException {
    List<T> found = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setArray(1, parameter);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(reader.read(row));
        }
      }
    }
    return found;
  }

  private static java.sql.Array bytes(Connection connection, Collection<TargetKey> targets)
      throws SQLException {
    return connection.createArrayOf(
        "bytea", targets.stream().map(TargetKey::array).toArray(byte[][]::new));
  }

  private static Key key(ResultSet row) throws SQLException {
    return new Key(
        TargetKey.of(row.getBytes("target")),
        row.getInt("scope"),
        row.getInt("rung"),
        row.getString("name"),
        row.getString("identifier"));
  }

  private static Stored stored(ResultSet row, boolean fresh) throws SQLException {
    return new Stored(
        key(row),
        Standing.valueOf(row.getString("standing").toUpperCase(java.util.Locale.ROOT)),
        place(row),
        row.getObject("told_at", OffsetDateTime.class).toInstant(),
        fresh);
  }

  private static Optional<Place> place(ResultSet row) throws SQLException {
    byte[] root = row.getBytes("root");
    return root == null
        ? Optional.empty()
        : Optional.of(new Place(ByteBuffer.wrap(root), row.getBytes("rank")));
  }

  private static StoredEvaluation evaluation(ResultSet row) throws SQLException {
    Key key = key(row);
    return new StoredEvaluation(
        key,
        new Evaluation(
            key.name(),
            Optional.ofNullable(row.getObject("score", Double.class)),
            Optional.empty(),
            Optional.ofNullable(row.getObject("passed", Boolean.class)),
            Optional.ofNullable(row.getObject("probability", Double.class)),
            key.identifier().isEmpty() ? Optional.empty() : Optional.of(key.identifier())),
        row.getObject("said_at", OffsetDateTime.class)
            .withOffsetSameInstant(ZoneOffset.UTC)
            .toInstant(),
        row.getString("source"),
        place(row));
  }
}
