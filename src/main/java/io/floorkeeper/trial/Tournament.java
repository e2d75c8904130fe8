package io.floorkeeper.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Many runs of many contenders, on all cores; the same for all. */
public final class Tournament {
  private Tournament() {}

  /** A run that every contender makes. */
  public record Heat(Trial trial, long seed) {}

  /** The same trial on successive seeds. */
  public static List<Heat> heats(Trial trial, long firstSeed, int seeds) {
    List<Heat> heats = new ArrayList<>();
    for (int i = 0; i < seeds; i++) {
      heats.add(new Heat(trial, firstSeed + i));
    }
    return heats;
  }

  /**
   * @param contenders the first is the one that the others are compared with
   * @param progress hears the number of runs done
   */
  public static List<Standing> of(
      List<Heat> heats, List<Contender> contenders, IntConsumer progress) {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            task -> {
              Thread thread = new Thread(task, "trial");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<List<Future<Trial.Outcome>>> runs = new ArrayList<>();
      for (Contender contender : contenders) {
        List<Future<Trial.Outcome>> ofContender = new ArrayList<>();
        for (Heat heat : heats) {
          ofContender.add(threads.submit(() -> heat.trial().run(contender, heat.seed())));
        }
        runs.add(ofContender);
      }
      List<Standing> standings = new ArrayList<>();
      List<Trial.Outcome> first = null;
      int done = 0;
      for (int c = 0; c < contenders.size(); c++) {
        List<Trial.Outcome> outcomes = new ArrayList<>();
        for (Future<Trial.Outcome> run : runs.get(c)) {
          outcomes.add(run.get());
          progress.accept(++done);
        }
        first = first == null ? outcomes : first;
        standings.add(Standing.of(contenders.get(c), outcomes, first));
      }
      return standings;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException("a run failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }
}
