package io.floorkeeper.routing;

import io.floorkeeper.bandit.ContextVerdict.Status;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.RoleEvidence;

/** A worker told apart by its collaborations, and evidence that differs or does not. */
abstract class ContextFixture extends RouterFixture {
  static final int EASY = 1;
  static final int HARD = 2;
  static final int OTHERS = 3;

  /** Whose reference is enough everywhere, and whose cheap arm where it is easy only. */
  static PolicyBook.Published worker(String use, String floor) {
    PolicyBook.Published published =
        Snapshots.worker(
            "{context: {use: " + use + ", collaborations: [easy, hard]}, floor: " + floor + "}");
    return new PolicyBook.Published(
        published.version(),
        published.policy(),
        published.numbers().withBucketsOf(published.policy()),
        published.document(),
        published.source());
  }

  static PolicyBook.Published worker(String use) {
    return worker(use, "{quality: 0.9, scope: per_arm, ledger_confidence: 0}");
  }

  static ArmEvidence labelled(int bucket, int armNo, int labels, int passed) {
    ArmEvidence arm = Snapshots.labelled(armNo, labels, passed);
    return new ArmEvidence(bucket, armNo, arm.blocks(), arm.latencyBins());
  }

  /** Haiku passes 97 % where it is easy, 60 % where it is hard; opus 98 and 96 %. */
  static RoleEvidence apart() {
    return Snapshots.evidence(
        labelled(EASY, Snapshots.SMALL, 200, 194),
        labelled(EASY, Snapshots.MID, 100, 97),
        labelled(EASY, Snapshots.FRONTIER, 100, 98),
        labelled(HARD, Snapshots.SMALL, 200, 120),
        labelled(HARD, Snapshots.MID, 100, 70),
        labelled(HARD, Snapshots.FRONTIER, 100, 96));
  }

  /** The same labels, spread as if the collaborations meant nothing. */
  static RoleEvidence alike() {
    return Snapshots.evidence(
        labelled(EASY, Snapshots.SMALL, 200, 157),
        labelled(EASY, Snapshots.MID, 100, 83),
        labelled(EASY, Snapshots.FRONTIER, 100, 97),
        labelled(HARD, Snapshots.SMALL, 200, 157),
        labelled(HARD, Snapshots.MID, 100, 84),
        labelled(HARD, Snapshots.FRONTIER, 100, 97));
  }

  static Ask in(String collaboration) {
    return new Ask(
        new RouteRequest(
            "worker", collaboration, null, null, null, null, null, null, null, null, null, null));
  }

  static Status status(AllocationSnapshot snapshot) {
    return snapshot.routes("worker").context().verdict().status();
  }

  static RoleRoutes routes(AllocationSnapshot snapshot, String collaboration) {
    return snapshot.routes("worker").within(in(collaboration).request());
  }
}
