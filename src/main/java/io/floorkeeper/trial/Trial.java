package io.floorkeeper.trial;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.bandit.KnownMeansLimit;
import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.routing.InProcessRouter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * One contender in one world: for every task a candidate is chosen from the last snapshot, only its
 * outcome is learned from, and a snapshot is published every so many calls.
 *
 * @param labels the same for all contenders
 * @param watchesDrift whether an arm that drifts from its own baseline is reset
 * @param snapshotCalls calls between two snapshots, at least 1
 */
public record Trial(World world, LabelRule labels, int snapshotCalls, boolean watchesDrift) {
  /** Points of the curves over a run. */
  public static final int BINS = 60;

  private static final int MOST_CANDIDATES = 64;

  public Trial {
    if (snapshotCalls < 1) {
      throw new IllegalArgumentException("snapshotCalls must be 1 or more: " + snapshotCalls);
    }
  }

  /**
   * What became of a run.
   *
   * @param phases from phase 1 on
   * @param roles by role, and by context within it where there is one
   * @param bins the run in {@link #BINS} equal parts
   * @param contexts share of the calls by what was said of their context; empty: nothing
   */
  public record Outcome(
      Tally all,
      Map<Integer, Tally> phases,
      Map<String, Tally> roles,
      List<Tally> bins,
      Map<String, Double> contexts) {}

  /** Hears of every call of a run. */
  @FunctionalInterface
  public interface Observer {
    /**
     * @param chosen the router's decision, null where a rival chose
     */
    void called(Draw draw, int candidate, InProcessRouter.Chosen chosen);
  }

  /** A label on its way. */
  private record Pending(MemoryEvidence.Labelled labelled, int candidate) {}

  public Outcome run(Contender contender, long seed) {
    return run(contender, seed, (draw, candidate, chosen) -> {});
  }

  /** A run; equal seeds give equal runs. */
  public Outcome run(Contender contender, long seed, Observer observer) {
    Player player = contender.play(world, seed);
    boolean learns = !contender.isHindsight();
    World.Run run = world.begin(seed);
    UniformRandomProvider random = RandomSource.L64_X128_MIX.create(seed);
    MemoryEvidence evidence = new MemoryEvidence(watchesDrift);
    PosteriorSnapshot snapshot = PosteriorSnapshot.EMPTY;
    List<Deque<Pending>> due = new ArrayList<>();
    for (int i = 0; i <= labels.mostDelaySnapshots(); i++) {
      due.add(new ArrayDeque<>());
    }
    PolicyBook.Published policy = null;
    Scores scores = new Scores(run.size());
    for (int n = 0; run.hasNext(); n++) {
      if (policy != run.policy()) {
        policy = run.policy();
        player.follow(policy);
        evidence.follow(player.inForce(policy));
      }
      if (learns && n % snapshotCalls == 0) {
        Deque<Pending> arrived = due.remove(0);
        deliver(arrived, evidence, player);
        due.add(arrived);
        snapshot = evidence.snapshot(n + 1L);
        player.publish(snapshot);
      }
      Draw draw = run.next();
      int chosen = player.choose(draw, random);
      if (learns) {
        Draw.Candidate taken = draw.candidates()[chosen];
        int roleNo = policy.numbers().roleNo(draw.role());
        Arm arm = policy.policy().roles().get(draw.role()).candidates().get(chosen);
        int armNo = policy.numbers().armNo(arm);
        int block = snapshot.role(roleNo).block();
        MemoryEvidence.Place place =
            new MemoryEvidence.Place(
                roleNo, draw.role(), player.bucket(), player.byContext(), armNo, block);
        evidence.add(place, call(taken));
        player.paid(draw.role(), chosen, taken.costUsd());
        boolean isBase = labels.asksBase(random);
        if (isBase || labels.asksBesides(player.wantsLabel(draw.role(), chosen))) {
          Evidence label = labels.label(taken.quality(), random);
          if (!label.isZero()) {
            due.get(labels.delaySnapshots(random))
                .add(
                    new Pending(
                        new MemoryEvidence.Labelled(place, label, taken.quality(), isBase),
                        chosen));
          } else if (isBase) {
            evidence.unlabelled(place);
          }
        }
      }
      InProcessRouter.Chosen decision = player instanceof OwnPlayer own ? own.last() : null;
      observer.called(draw, chosen, decision);
      scores.add(draw, chosen, n);
      if (decision != null && decision.context() != null) {
        scores.contexts.merge(decision.context().status(), 1, Integer::sum);
      }
    }
    return scores.outcome();
  }

  private void deliver(Deque<Pending> arrived, MemoryEvidence evidence, Player player) {
    while (!arrived.isEmpty()) {
      Pending p = arrived.remove();
      evidence.addLabel(p.labelled);
      player.labelled(p.labelled.place().role(), p.candidate, p.labelled.quality());
    }
  }

  private static Evidence call(Draw.Candidate taken) {
    Evidence call =
        Evidence.episode()
            .plus(Evidence.dollars(Math.round(taken.costUsd() * Evidence.NANOS_PER_USD)));
    return taken.inputTokens() < 0
        ? call
        : call.plus(Evidence.tokens(taken.inputTokens(), 0, 0, taken.outputTokens(), 0));
  }

  /** Sums by phase, role and time. */
  private static final class Scores {
    private final int calls;
    private final Map<String, Integer> contexts = new TreeMap<>();
    private final Tally all = new Tally(MOST_CANDIDATES);
    private final Map<Integer, Tally> phases = new TreeMap<>();
    private final Map<String, Tally> roles = new TreeMap<>();
    private final List<Tally> bins = new ArrayList<>();

    Scores(int calls) {
      this.calls = calls;
      for (int i = 0; i < BINS; i++) {
        bins.add(new Tally(MOST_CANDIDATES));
      }
    }

    void add(Draw draw, int chosen, int n) {
      KnownMeansLimit limit =
          KnownMeansLimit.mixture(draw.meanQualities(), draw.meanCostsUsd(), draw.floor());
      add(all, draw, chosen, limit);
      add(
          phases.computeIfAbsent(draw.phase(), p -> new Tally(MOST_CANDIDATES)),
          draw,
          chosen,
          limit);
      add(
          roles.computeIfAbsent(draw.group(), r -> new Tally(MOST_CANDIDATES)),
          draw,
          chosen,
          limit);
      add(bins.get((int) Math.min(BINS - 1L, (long) n * BINS / calls)), draw, chosen, limit);
    }

    private static void add(Tally tally, Draw draw, int chosen, KnownMeansLimit limit) {
      tally.add(draw, chosen, limit.costUsd(), limit.quality());
    }

    Outcome outcome() {
      Map<String, Double> shares = new TreeMap<>();
      contexts.forEach((status, count) -> shares.put(status, count / (double) all.calls()));
      return new Outcome(all, phases, roles, bins, shares);
    }
  }
}
