package io.floorkeeper.trial;

import java.util.function.BiFunction;

/** A way to route that is tried beside others. */
public final class Contender {
  private final String key;
  private final String name;
  private final boolean hindsight;
  private final BiFunction<World, Long, Player> players;

  Contender(String key, String name, boolean hindsight, BiFunction<World, Long, Player> players) {
    this.key = key;
    this.name = name;
    this.hindsight = hindsight;
    this.players = players;
  }

  /** As commands name it. */
  public String key() {
    return key;
  }

  /** As tables name it. */
  public String name() {
    return name;
  }

  /** Whether it knows what no router can know: a limit, not a rival. */
  public boolean isHindsight() {
    return hindsight;
  }

  /** A fresh one; the seed is for what it prepares before the first task. */
  Player play(World world, long seed) {
    return players.apply(world, seed);
  }
}
