package io.floorkeeper.truth;

import java.nio.file.Path;
import java.time.Duration;

/** The fault run by itself: SPANS FAULTS SEED FOLDER. Exits with 0 where every figure is right. */
final class ExactlyOnce {
  private static final int MOST_SHOWN = 50;

  private ExactlyOnce() {}

  public static void main(String... arguments) throws Exception {
    int spans = Integer.parseInt(arguments[0]);
    int faults = Integer.parseInt(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    FaultRun.Outcome outcome =
        new FaultRun(spans, faults, seed, 4_000, 60, Duration.ofMinutes(4))
            .run(Path.of(arguments[3]), ExactlyOnce::print);
    System.out.println(outcome.comparison().table());
    outcome.comparison().differences().stream().limit(MOST_SHOWN).forEach(ExactlyOnce::print);
    boolean holds = outcome.comparison().holds();
    print(
        outcome.summary()
            + ": "
            + (holds
                ? "every figure is the truth"
                : outcome.comparison().differences().size() + " figures differ"));
    System.exit(holds ? 0 : 1);
  }

  private static void print(String line) {
    System.out.println(line);
  }
}
