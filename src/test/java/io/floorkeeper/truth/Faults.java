package io.floorkeeper.truth;

import io.floorkeeper.journey.ServiceProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Does to a stage what nobody asks for. Which fault, to whom and for how long is drawn. */
final class Faults {
  private static final long LONGEST_AWAY_MILLIS = 2_500;

  /** Longer than the broker waits for a consumer that is silent: its partitions are given away. */
  private static final long FROZEN_MILLIS = 13_000;

  /** What can happen. */
  enum Kind {
    KILL_REPLICA,
    RESTART_BROKER,
    RESTART_POSTGRES,
    KILL_BROKER,
    CRASH_POSTGRES,
    FREEZE_REPLICA
  }

  private final Stage stage;
  private final Random random;
  private final Consumer<String> progress;

  Faults(Stage stage, Random random, Consumer<String> progress) {
    this.stage = stage;
    this.random = random;
    this.progress = progress;
  }

  /** So many, the first three kinds among them, in an order of chance. */
  static List<Kind> drawn(int count, Random random) {
    List<Kind> kinds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      kinds.add(
          i < 3
              ? Kind.values()[i]
              : random.nextInt(3) == 0
                  ? Kind.KILL_REPLICA // what happens most
                  : Kind.values()[random.nextInt(Kind.values().length)]);
    }
    Collections.shuffle(kinds, random);
    return kinds;
  }

  /** Returns when what was taken away is back, or for a replica sometimes on its way. */
  void happen(Kind kind) throws InterruptedException {
    long begin = System.nanoTime();
    int who = random.nextInt(stage.replicas().size());
    switch (kind) {
      case KILL_REPLICA -> killReplica(stage.replicas().get(who));
      case FREEZE_REPLICA -> {
        long pid = stage.replicas().get(who).pid();
        Stage.signal("STOP", pid);
        Thread.sleep(FROZEN_MILLIS);
        Stage.signal("CONT", pid);
      }
      case RESTART_BROKER -> {
        stage.broker().stop();
        away();
        stage.broker().start();
      }
      case KILL_BROKER -> {
        stage.broker().kill();
        away();
        stage.broker().start();
      }
      case RESTART_POSTGRES -> {
        stage.database().stop();
        away();
        stage.database().start();
      }
      case CRASH_POSTGRES -> {
        stage.crashDatabase();
        away();
        stage.database().start();
      }
    }
    progress.accept(
        String.format(
            "%s%s, %.1f s",
            kind,
            kind.name().endsWith("REPLICA") ? " " + who : "",
            Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1_000.0));
  }

  private void killReplica(ServiceProcess replica) throws InterruptedException {
    replica.kill();
    away();
    if (random.nextInt(3) == 0) {
      replica.launch(); // and what comes next finds it starting
    } else {
      replica.start();
    }
  }

  private void away() throws InterruptedException {
    Thread.sleep(random.nextLong(LONGEST_AWAY_MILLIS));
  }
}
