package io.floorkeeper.policy;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import org.hibernate.annotations.Immutable;

@Entity
@Immutable
@Table(name = "policy_version")
@IdClass(PolicyVersionEntity.Key.class)
class PolicyVersionEntity {

  record Key(short tenantNo, int version) implements Serializable {}

  @Id
  @Column(name = "tenant_no")
  short tenantNo;

  @Id int version;
  String digest;
  String document;
  String source;
  String author;
  String reason;

  @Column(name = "parent_digest")
  String parentDigest;

  @Column(name = "published_at")
  Instant publishedAt;

  PolicyOrigin origin() {
    return new PolicyOrigin(author, reason, parentDigest, publishedAt);
  }
}
