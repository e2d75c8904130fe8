/**
 * What is learned and how an arm is chosen: mathematics only. No framework, no I/O, no clock and no
 * randomness of its own: what varies is handed in, so that every answer can be replayed.
 *
 * <p>The line runs from {@link io.floorkeeper.bandit.Evidence exact sums} over {@link
 * io.floorkeeper.bandit.DiscountedEvidence forgetting} and {@link io.floorkeeper.bandit.ArmBelief
 * posteriors} to {@link io.floorkeeper.bandit.ConstrainedThompson probabilities}, {@link
 * io.floorkeeper.bandit.FloorAllocation the allocation under a floor} and {@link
 * io.floorkeeper.bandit.Allocation the draw}.
 *
 * <p>Beside it stand the {@link io.floorkeeper.bandit.EDetector detectors} of change and the {@link
 * io.floorkeeper.bandit.MixtureBoundary boundaries} and {@link
 * io.floorkeeper.bandit.CertifiedSaving claims} that hold however often they are looked at.
 * Backwards, {@link io.floorkeeper.bandit.OffPolicySums logged draws} tell what another policy
 * would have earned.
 */
package io.floorkeeper.bandit;
