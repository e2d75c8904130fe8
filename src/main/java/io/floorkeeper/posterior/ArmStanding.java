package io.floorkeeper.posterior;

/**
 * What alarms made of an arm.
 *
 * @param resets how often its older evidence was discounted because it drifted
 * @param demotedFromBlock the block from which on it is out of exploitation, until it has enough
 *     labels of that block and later ones; -1: it is not
 * @param cause of the latest change: {@code drift_down}, {@code drift_up} or {@code floor}
 */
public record ArmStanding(int armNo, int resets, int demotedFromBlock, String cause) {
  public static final int NOT_DEMOTED = -1;
}
