package io.floorkeeper.platform;

/**
 * Fired once the database is reached, migrated and validated. Observers load or publish what they
 * keep there, in the order of their priority; if one throws, all are told again after a while.
 */
public record DatabaseReady() {

  /** The order in which the rooms take up their work: each needs those before it. */
  public static final class Order {
    public static final int PRICES = 5;
    public static final int POLICY = 10;
    public static final int KEYS = 20;
    public static final int POSTERIORS = 30;
    public static final int STREAMS = 40;

    private Order() {}
  }
}
