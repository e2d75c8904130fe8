package io.floorkeeper.ledger;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;

@Entity
@Table(name = "allocation")
@IdClass(AllocationEntity.Key.class)
class AllocationEntity {

  record Key(
      int roleNo, short bucket, long mask, int policyVersion, long epoch, int pace, int prices)
      implements Serializable {}

  @Id
  @Column(name = "role_no")
  int roleNo;

  @Id short bucket;
  @Id long mask;

  @Id
  @Column(name = "policy_version")
  int policyVersion;

  @Id long epoch;
  @Id int pace;
  @Id int prices;
  String explanation;
}
