package io.floorkeeper.ledger;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.Arrays;

@Entity
@Table(name = "decision")
@IdClass(DecisionEntity.Key.class)
class DecisionEntity {

  static class Key implements Serializable {
    private static final long serialVersionUID = 1L;
    byte[] decisionId;
    int replica;
    long sequence;

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && Arrays.equals(decisionId, key.decisionId)
          && replica == key.replica
          && sequence == key.sequence;
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(decisionId) * 31 + Long.hashCode(sequence) + replica;
    }
  }

  @Id
  @Column(name = "decision_id")
  byte[] decisionId;

  @Id int replica;
  @Id long sequence;

  @Column(name = "decided_at")
  Instant decidedAt;

  @Column(name = "role_no")
  int roleNo;

  String role;
  String arm;
  String tier;
  String model;
  String reason;
  double propensity;

  @Column(name = "policy_version")
  int policyVersion;

  long epoch;
  short bucket;
  long mask;
  boolean evaluate;
  String learning;
  String constraints;

  @Column(name = "snapshot_age_millis")
  long snapshotAgeMillis;

  String collaboration;

  @Column(name = "session_id")
  String sessionId;

  @Column(name = "run_id")
  String runId;

  String step;

  @Column(name = "data_class")
  String dataClass;

  String tags;

  @Column(name = "shadow_arm")
  String shadowArm;

  @Column(name = "shadow_propensity")
  Double shadowPropensity;

  String tenant;

  @Column(name = "check_name")
  String checkName;

  @Column(name = "classifier_millis")
  Integer classifierMillis;

  @Column(name = "classifier_nano_usd")
  Long classifierNanoUsd;

  String ceiling;

  String shadow;

  int pace;

  int prices;
}
