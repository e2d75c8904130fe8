package io.floorkeeper.policy;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.hibernate.Session;

/** Policy versions and the numbers of roles and arms, in Postgres. */
@ApplicationScoped
class PolicyRepository
    implements PanacheRepositoryBase<PolicyVersionEntity, PolicyVersionEntity.Key> {

  private static final short DEFAULT_TENANT = 0;

  /** Replicas that publish at once do it one after the other. */
  private static final long PUBLISH_LOCK = 0x666C6F6F72L;

  /**
   * Records the policy as the newest version, unless it is that already, and numbers its roles and
   * arms.
   */
  @Transactional
  PolicyBook.Published publish(Policy policy, String document, String source) {
    Session session = getEntityManager().unwrap(Session.class);
    session
        .createNativeQuery("select pg_advisory_xact_lock(" + PUBLISH_LOCK + ")", Object.class)
        .getResultList();
    Optional<PolicyVersionEntity> newest =
        find("tenantNo = ?1", Sort.descending("version"), DEFAULT_TENANT).firstResultOptional();
    int version = newest.map(v -> v.version).orElse(0);
    if (newest.isEmpty() || !newest.get().digest.equals(policy.digest())) {
      version++;
      PolicyVersionEntity entity = new PolicyVersionEntity();
      entity.tenantNo = DEFAULT_TENANT;
      entity.version = version;
      entity.digest = policy.digest();
      entity.document = document;
      entity.source = source;
      entity.publishedAt = Instant.now();
      persist(entity);
    }
    return new PolicyBook.Published(version, policy, numbers(session, policy), document, source);
  }

  private static Numbers numbers(Session session, Policy policy) {
    TreeSet<String> armKeys = new TreeSet<>();
    for (RolePolicy role : policy.roles().values()) {
      session
          .createNativeMutationQuery(
              "insert into role (tenant_no, name) values (:tenant, :name) on conflict do nothing")
          .setParameter("tenant", DEFAULT_TENANT)
          .setParameter("name", role.name())
          .executeUpdate();
      role.candidates().forEach(arm -> armKeys.add(arm.key()));
    }
    for (String key : armKeys) {
      session
          .createNativeMutationQuery(
              """
              insert into arm (tenant_no, arm_no, key)
              select :tenant, coalesce(max(arm_no), 0) + 1, :key from arm where tenant_no = :tenant
              on conflict (tenant_no, key) do nothing
              """)
          .setParameter("tenant", DEFAULT_TENANT)
          .setParameter("key", key)
          .executeUpdate();
    }
    Map<String, Integer> roleNos =
        byName(
            session
                .createNativeQuery(
                    "select name, role_no from role where tenant_no = :tenant", Object[].class)
                .setParameter("tenant", DEFAULT_TENANT)
                .getResultList());
    return new Numbers(
        roleNos,
        byName(
            session
                .createNativeQuery(
                    "select key, arm_no from arm where tenant_no = :tenant", Object[].class)
                .setParameter("tenant", DEFAULT_TENANT)
                .getResultList()),
        buckets(session, policy, roleNos));
  }

  /**
   * Buckets are numbered within their role, by what they mean. A role that has used up its numbers
   * gets no more: such a bucket is stamped 0, no context, and stays out of every split.
   */
  private static Map<String, Map<String, Integer>> buckets(
      Session session, Policy policy, Map<String, Integer> roleNos) {
    Map<String, Map<String, Integer>> buckets = new HashMap<>();
    for (RolePolicy role : policy.roles().values()) {
      int roleNo = roleNos.get(role.name());
      for (String meaning : role.context().map(ContextPolicy::meanings).orElse(List.of())) {
        session
            .createNativeMutationQuery(
                """
                insert into context_bucket (role_no, bucket, meaning)
                select :role, coalesce(max(bucket), 0) + 1, :meaning
                from context_bucket where role_no = :role having coalesce(max(bucket), 0) < :most
                on conflict (role_no, md5(meaning)) do nothing
                """)
            .setParameter("role", roleNo)
            .setParameter("meaning", meaning)
            .setParameter("most", Numbers.MOST_BUCKET_NO)
            .executeUpdate();
      }
      Map<String, Integer> known =
          byName(
              session
                  .createNativeQuery(
                      "select meaning, bucket from context_bucket where role_no = :role",
                      Object[].class)
                  .setParameter("role", roleNo)
                  .getResultList());
      if (!known.isEmpty()) {
        buckets.put(role.name(), known);
      }
    }
    return buckets;
  }

  private static Map<String, Integer> byName(List<Object[]> rows) {
    Map<String, Integer> numbers = new HashMap<>();
    rows.forEach(row -> numbers.put((String) row[0], ((Number) row[1]).intValue()));
    return numbers;
  }
}
