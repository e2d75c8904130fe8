package io.floorkeeper.routing;

import io.floorkeeper.bandit.Allocation;
import io.floorkeeper.policy.RolePolicy;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Which arms of a role are out at the moment, and which may be taken by a draw only: ill models,
 * models that are probed, models of one's own that are full. Immutable; by candidate's index.
 *
 * <p>Gates stand behind {@link Eligibility}, so behind every pin, and only ever take arms away;
 * where they would leave nothing they bend. What is left is then decided the normal way:
 *
 * <pre>
 * well  = eligible - open, and with probability 1 - probeShare also - half open
 * left  = well, else the half open, else all eligible    (the last two: health_unmet)
 * mask  = left - those not admitted, else left           (the last: capacity_unmet)
 * </pre>
 *
 * <p>One uniform number u serves all probed arms, another all arms with an admit share below 1
 * (admitted where u is below its share). So the masks that can come out are few ({@link
 * #outcomes}), and the probability of an arm over all of them is exact: it is what is logged.
 */
final class RoleGates {
  static final RoleGates NONE = new RoleGates(0, 0, 1, new int[0], new double[0]);

  private static final long CAPACITY_SALT = 0x66_6C_6F_6F_72_06L;

  private static final int HEALTH = 1;
  private static final int HEALTH_PROBE = 1 << 1;
  private static final int HEALTH_UNMET = 1 << 2;
  private static final int CAPACITY = 1 << 3;
  private static final int CAPACITY_UNMET = 1 << 4;
  private static final String[] TOLD = {
    "health", "health_probe", "health_unmet", "capacity", "capacity_unmet"
  };
  private static final List<List<String>> LISTS =
      IntStream.range(0, 1 << TOLD.length)
          .mapToObj(
              bits ->
                  IntStream.range(0, TOLD.length)
                      .filter(i -> (bits & 1 << i) != 0)
                      .mapToObj(i -> TOLD[i])
                      .toList())
          .toList();

  private final long open;
  private final long halfOpen;
  private final long thinned;
  private final double probeShare;
  private final int[] byShare;
  private final double[] shares;

  private RoleGates(long open, long halfOpen, double probeShare, int[] byShare, double[] shares) {
    this.open = open;
    this.halfOpen = halfOpen;
    this.probeShare = probeShare;
    this.byShare = byShare;
    this.shares = shares;
    long bits = 0;
    for (int k : byShare) {
      bits |= 1L << k;
    }
    this.thinned = bits;
  }

  /** Of each role that has any, by its name. */
  static Map<String, RoleGates> of(Iterable<RolePolicy> roles, PoolState pool) {
    Map<String, RoleGates> gates = new TreeMap<>();
    for (RolePolicy role : roles) {
      RoleGates its = of(role, pool);
      if (its != NONE) {
        gates.put(role.name(), its);
      }
    }
    return Map.copyOf(gates);
  }

  static RoleGates of(RolePolicy role, PoolState pool) {
    long open = 0;
    long halfOpen = 0;
    double[] admit = new double[role.candidates().size()];
    for (int k = 0; k < admit.length; k++) {
      PoolState.Standing standing = pool.standing(role.candidates().get(k).model().name());
      admit[k] = standing.admitShare();
      switch (standing.health().state()) {
        case OPEN -> open |= 1L << k;
        case HALF_OPEN -> halfOpen |= 1L << k;
        case CLOSED -> {}
      }
    }
    int[] byShare =
        IntStream.range(0, admit.length)
            .filter(k -> admit[k] < 1)
            .boxed()
            .sorted(Comparator.comparingDouble(k -> admit[k]))
            .mapToInt(k -> k)
            .toArray();
    return open == 0 && halfOpen == 0 && byShare.length == 0
        ? NONE
        : new RoleGates(
            open,
            halfOpen,
            pool.probeShare(),
            byShare,
            Arrays.stream(byShare).mapToDouble(k -> admit[k]).toArray());
  }

  /** Whether they change anything for a request that leaves these arms. */
  boolean concern(long eligible) {
    return ((open | halfOpen | thinned) & eligible) != 0;
  }

  /** Whether what they leave of these arms is a matter of chance. */
  boolean draw(long eligible) {
    return ((halfOpen | thinned) & eligible) != 0 && Long.bitCount(eligible) > 1;
  }

  /** What a task that has begun may go on with: its arm, unless that is ill. */
  long begun(long eligible) {
    long left = eligible & ~open;
    return left != 0 ? left : eligible;
  }

  /** For {@link #mask}: fresh where an arm is probed, so that no session is all probes. */
  double probeDraw(long eligible, UniformRandomProvider random) {
    return (halfOpen & eligible) != 0 && Long.bitCount(eligible) > 1 ? random.nextDouble() : 1;
  }

  /** For {@link #mask}: of one session always the same, so that a model keeps its cache. */
  double capacityDraw(
      RouteRequest request, RolePolicy role, long eligible, UniformRandomProvider random) {
    if ((thinned & eligible) == 0) {
      return 0; // of a single arm it is drawn as well: nothing hangs on it but what is told
    }
    return request.sessionId() == null
        ? random.nextDouble()
        : Allocation.uniform(request.sessionId(), role.name(), CAPACITY_SALT);
  }

  /** The arms that are left; never 0. */
  long mask(long eligible, double probeDraw, double capacityDraw) {
    long left = healthy(eligible, probeDraw);
    long admitted = left & ~full(capacityDraw);
    return admitted != 0 ? admitted : left;
  }

  private long healthy(long eligible, double probeDraw) {
    long well = well(eligible, probeDraw);
    return well != 0 ? well : (eligible & halfOpen) != 0 ? eligible & halfOpen : eligible;
  }

  private long well(long eligible, double probeDraw) {
    return eligible & ~open & (probeDraw < probeShare ? -1L : ~halfOpen);
  }

  private long full(double capacityDraw) {
    long full = 0;
    for (int i = 0; i < shares.length && shares[i] <= capacityDraw; i++) {
      full |= 1L << byShare[i];
    }
    return full;
  }

  /** What an answer says of them. */
  List<String> told(long eligible, double probeDraw, double capacityDraw) {
    int told = 0;
    long left = healthy(eligible, probeDraw);
    if (well(eligible, probeDraw) == 0) {
      told |= HEALTH_UNMET;
    } else if ((left & halfOpen) != 0) {
      told |= HEALTH_PROBE;
    }
    if (left != eligible) {
      told |= HEALTH;
    }
    long full = left & full(capacityDraw);
    if (full != 0) {
      told |= full == left ? CAPACITY_UNMET : CAPACITY;
    }
    return LISTS.get(told);
  }

  // --- all that could have come out

  /** How many outcomes there are to look at; some may be alike. */
  int outcomes() {
    return (halfOpen == 0 ? 1 : 2) * (shares.length + 1);
  }

  long outcome(int i, long eligible) {
    int interval = i % (shares.length + 1);
    return mask(
        eligible,
        i <= shares.length && halfOpen != 0 ? 0 : 1,
        interval == 0 ? 0 : shares[interval - 1]);
  }

  double probability(int i) {
    int interval = i % (shares.length + 1);
    double from = interval == 0 ? 0 : shares[interval - 1];
    double to = interval == shares.length ? 1 : shares[interval];
    double probe = halfOpen == 0 ? 1 : i <= shares.length ? probeShare : 1 - probeShare;
    return probe * (to - from);
  }

  /** Every mask that can come out of these. */
  Set<Long> masks(long eligible) {
    Set<Long> masks = new HashSet<>();
    for (int i = 0; i < outcomes(); i++) {
      masks.add(outcome(i, eligible));
    }
    return masks;
  }

  /** All arms that may be left of these. */
  long union(long eligible) {
    long union = 0;
    for (int i = 0; i < outcomes(); i++) {
      union |= probability(i) > 0 ? outcome(i, eligible) : 0;
    }
    return union;
  }

  /** Whether an outcome has several arms and no allocation yet. */
  boolean lacksAllocation(RoleRoutes routes, long eligible) {
    for (int i = 0; i < outcomes(); i++) {
      long mask = outcome(i, eligible);
      if (Long.bitCount(mask) > 1 && routes.allocation(mask) == null) {
        return true;
      }
    }
    return false;
  }

  /**
   * The probability that the bandit answers with the candidate, over all outcomes.
   *
   * @throws NullPointerException where {@link #lacksAllocation}
   */
  double propensity(RoleRoutes routes, long eligible, int candidate) {
    double p = 0;
    for (int i = 0; i < outcomes(); i++) {
      long mask = outcome(i, eligible);
      if ((mask & 1L << candidate) == 0) {
        continue;
      }
      if (Long.bitCount(mask) == 1) {
        p += probability(i);
      } else {
        MaskAllocation allocation = routes.allocation(mask);
        p += probability(i) * allocation.solution().propensity(allocation.positionOf(candidate));
      }
    }
    return Math.min(1, p);
  }

  /** The probability that the pool of a tier answers with the candidate, over all outcomes. */
  double ofTier(RoleRoutes routes, int tierIndex, long eligible, int candidate) {
    double p = 0;
    for (int i = 0; i < outcomes(); i++) {
      long mask = outcome(i, eligible);
      p += probability(i) * TierPool.probability(routes, tierIndex, mask, candidate);
    }
    return Math.min(1, p);
  }
}
