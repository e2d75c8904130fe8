package io.floorkeeper.policy;

import io.floorkeeper.platform.AuditTrail;
import io.floorkeeper.platform.Problem;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.hibernate.Session;

/**
 * Policy versions in Postgres: written once, the highest in force. A version, the numbers of its
 * roles and arms, and what a file said last move in one transaction.
 */
@ApplicationScoped
class PolicyRepository
    implements PanacheRepositoryBase<PolicyVersionEntity, PolicyVersionEntity.Key> {

  private static final short DEFAULT_TENANT = 0;

  /** Replicas that publish at once do it one after the other. */
  private static final long PUBLISH_LOCK = 0x666C6F6F72L;

  private final NumberRegistry numbers;
  private final AuditTrail trail;

  PolicyRepository(NumberRegistry numbers, AuditTrail trail) {
    this.numbers = numbers;
    this.trail = trail;
  }

  /**
   * What became of a draft.
   *
   * @param before what was in force until then; null: nothing
   * @param now what is in force; {@code before} where the draft says the same
   */
  record Outcome(PolicyVersionEntity before, PolicyVersionEntity now) {
    boolean isNew() {
      return before != now;
    }
  }

  /**
   * Compares and swaps: records the draft as the newest version where {@code expected} has the
   * digest in force. A draft of the digest in force changes nothing, whatever was expected: so an
   * answer that was lost can be asked for again.
   *
   * @throws Problem.PreconditionFailed where another version is in force
   */
  @Transactional
  Outcome publish(PolicyDraft draft, Collection<String> expected) {
    lock();
    Optional<PolicyVersionEntity> newest = newest();
    String inForce = newest.map(v -> v.digest).orElse("");
    if (!inForce.equals(draft.policy().digest()) && !expected.contains(inForce)) {
      throw moved(newest);
    }
    return append(draft, newest);
  }

  /**
   * Takes what a file or preset says; one that says what it said last undoes nothing that somebody
   * published since.
   */
  @Transactional
  Outcome hear(PolicyDraft draft) {
    lock();
    Session session = getEntityManager().unwrap(Session.class);
    boolean same =
        session
            .createNativeQuery(
                "select digest from policy_source where tenant_no = :tenant", String.class)
            .setParameter("tenant", DEFAULT_TENANT)
            .getResultList()
            .contains(draft.policy().digest());
    Optional<PolicyVersionEntity> newest = newest();
    if (same && newest.isPresent()) {
      return new Outcome(newest.get(), newest.get());
    }
    session
        .createNativeMutationQuery(
            """
            insert into policy_source (tenant_no, digest, source) values (:tenant, :digest, :source)
            on conflict (tenant_no) do update
              set digest = excluded.digest, source = excluded.source, said_at = now()
            """)
        .setParameter("tenant", DEFAULT_TENANT)
        .setParameter("digest", draft.policy().digest())
        .setParameter("source", draft.source())
        .executeUpdate();
    return append(draft, newest);
  }

  /** The version of this number. */
  @Transactional
  Optional<PolicyVersionEntity> version(int version) {
    return findByIdOptional(new PolicyVersionEntity.Key(DEFAULT_TENANT, version));
  }

  /**
   * Versions, newest first.
   *
   * @param below only versions below this one
   */
  @Transactional
  List<PolicyVersionEntity> versions(int below, int limit) {
    return find("tenantNo = ?1 and version < ?2", Sort.descending("version"), DEFAULT_TENANT, below)
        .page(0, limit)
        .list();
  }

  private Optional<PolicyVersionEntity> newest() {
    return find("tenantNo = ?1", Sort.descending("version"), DEFAULT_TENANT).firstResultOptional();
  }

  /** Nobody is waited for long: not for another's lock, nor for one whose host went away in it. */
  private void lock() {
    Session session = getEntityManager().unwrap(Session.class);
    session.doWork(
        connection -> {
          try (java.sql.Statement statement = connection.createStatement()) {
            statement.execute("set local lock_timeout = '5s'");
            statement.execute("set local idle_in_transaction_session_timeout = '10s'");
            statement.execute("select pg_advisory_xact_lock(" + PUBLISH_LOCK + ")");
          }
        });
  }

  private Outcome append(PolicyDraft draft, Optional<PolicyVersionEntity> newest) {
    if (newest.isPresent() && newest.get().digest.equals(draft.policy().digest())) {
      return new Outcome(newest.get(), newest.get());
    }
    PolicyVersionEntity entity = new PolicyVersionEntity();
    entity.tenantNo = DEFAULT_TENANT;
    entity.version = newest.map(v -> v.version).orElse(0) + 1;
    entity.digest = draft.policy().digest();
    entity.document = draft.document();
    entity.source = draft.source();
    entity.author = draft.author();
    entity.reason = draft.reason();
    entity.parentDigest = newest.map(v -> v.digest).orElse(null);
    entity.publishedAt = Instant.now();
    persist(entity);
    getEntityManager()
        .unwrap(Session.class)
        .doWork(
            connection -> {
              numbers.give(connection, draft.policy());
              trail.record(
                  connection,
                  draft.isRollback() ? AuditTrail.POLICY_ROLLED_BACK : AuditTrail.POLICY_PUBLISHED,
                  draft.author(),
                  AuditTrail.policySubject(entity.version),
                  entity.digest + (draft.reason() == null ? "" : " " + draft.reason()));
            });
    return new Outcome(newest.orElse(null), entity);
  }

  private static Problem.PreconditionFailed moved(Optional<PolicyVersionEntity> newest) {
    int version = newest.map(v -> v.version).orElse(0);
    String digest = newest.map(v -> v.digest).orElse("");
    return new Problem.PreconditionFailed(
        "policy_moved",
        "If-Match",
        "another policy is in force: version "
            + version
            + "; read it, and say again what shall change",
        java.util.Map.of("current_version", version, "current_digest", digest));
  }
}
