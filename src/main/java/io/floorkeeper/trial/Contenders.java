package io.floorkeeper.trial;

import io.floorkeeper.policy.ContextPolicy;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.trial.RivalPlayer.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.rng.simple.RandomSource;

/** All that can be tried beside one another. */
public final class Contenders {
  private static final Pattern CONFIDENT =
      Pattern.compile("own-(per-arm|role)(?:@([0-9]*\\.[0-9]+))?(-no-ledger)?");

  /** Ours, with the policy's contexts used otherwise than it says. */
  private static final Pattern CONTEXT =
      Pattern.compile(
          "own(?:-(per-arm|role)(-no-ledger)?)?\\+(without-context|context-(?:on|off|auto))");

  private static final long SAMPLING_SALT = 0x9E3779B9L;

  private Contenders() {}

  /** In the order in which tables show them: ours, rivals, what never learns, limits. */
  public static List<Contender> all() {
    List<Contender> all = new ArrayList<>(rivals());
    all.add(0, own(QualityFloor.Scope.PER_ARM));
    all.add(0, own(QualityFloor.Scope.ROLE));
    all.addAll(limits());
    return List.copyOf(all);
  }

  /**
   * Those of these keys, in their order; {@code all} alone: all.
   *
   * @throws IllegalArgumentException with what is unknown and what is known
   */
  public static List<Contender> named(List<String> keys) {
    List<Contender> known = new ArrayList<>(all());
    if (keys.equals(List.of("all"))) {
      return known;
    }
    known.add(own());
    known.add(
        new Contender(
            "own-pooled",
            "floorkeeper, priors pooled over roles",
            false,
            (world, seed) -> new PooledPlayer()));
    List<Contender> chosen = new ArrayList<>();
    for (String key : keys) {
      chosen.add(named(key, known));
    }
    return chosen;
  }

  private static Contender named(String key, List<Contender> known) {
    Matcher confident = CONFIDENT.matcher(key);
    if (confident.matches()) {
      return own(
          confident.group(1).equals("role") ? QualityFloor.Scope.ROLE : QualityFloor.Scope.PER_ARM,
          confident.group(2),
          confident.group(3) == null);
    }
    Matcher context = CONTEXT.matcher(key);
    if (context.matches()) {
      return withContext(key, context.group(1), context.group(2) == null, context.group(3));
    }
    return known.stream()
        .filter(c -> c.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + key + "' is none of " + known.stream().map(Contender::key).toList()));
  }

  /** The policy as it stands. */
  public static Contender own() {
    return own("own", "floorkeeper", UnaryOperator.identity());
  }

  /** The policy with every floor in this scope. */
  public static Contender own(QualityFloor.Scope scope) {
    return own(scope, null, true);
  }

  /**
   * @param confidence null: the policy's
   * @param ledger false: none is kept
   */
  private static Contender own(QualityFloor.Scope scope, String confidence, boolean ledger) {
    double value = confidence == null ? Double.NaN : Double.parseDouble(confidence);
    if (confidence != null && !(value > .5 && value < 1)) {
      throw new IllegalArgumentException(
          "the confidence after @ must lie in (0.5, 1): " + confidence);
    }
    String name = scope.name().toLowerCase(Locale.ROOT);
    return own(
        "own-"
            + name.replace('_', '-')
            + (confidence == null ? "" : "@" + confidence)
            + (ledger ? "" : "-no-ledger"),
        "floorkeeper, "
            + name
            + " floor"
            + (confidence == null ? "" : ", confidence " + confidence)
            + (ledger ? "" : ", no ledger"),
        published -> withFloors(published, scope, value, ledger));
  }

  private static Contender own(
      String key, String name, UnaryOperator<PolicyBook.Published> changes) {
    return new Contender(key, name, false, (world, seed) -> new OwnPlayer(changes));
  }

  /**
   * @param scope null: as it is
   */
  private static Contender withContext(String key, String scope, boolean ledger, String said) {
    UnaryOperator<PolicyBook.Published> floors =
        scope == null
            ? UnaryOperator.identity()
            : published ->
                withFloors(
                    published,
                    scope.equals("role") ? QualityFloor.Scope.ROLE : QualityFloor.Scope.PER_ARM,
                    Double.NaN,
                    ledger);
    UnaryOperator<Optional<ContextPolicy>> change =
        said.equals("without-context")
            ? context -> Optional.empty()
            : context ->
                context.map(
                    c ->
                        c.withUse(
                            ContextPolicy.Use.valueOf(
                                said.substring("context-".length()).toUpperCase(Locale.ROOT))));
    return own(
        key,
        "floorkeeper"
            + (scope == null ? "" : ", " + scope + " floor")
            + (ledger ? "" : ", no ledger")
            + ", "
            + said.replace('-', ' '),
        published ->
            changed(
                floors.apply(published), role -> role.withContext(change.apply(role.context()))));
  }

  private static PolicyBook.Published changed(
      PolicyBook.Published published, UnaryOperator<RolePolicy> change) {
    return new PolicyBook.Published(
        published.version(),
        published.policy().withRoles(change),
        published.numbers(),
        published.document(),
        published.source());
  }

  /**
   * @param confidence NaN: as it is
   */
  private static PolicyBook.Published withFloors(
      PolicyBook.Published published, QualityFloor.Scope scope, double confidence, boolean ledger) {
    UnaryOperator<QualityFloor> change =
        f ->
            new QualityFloor(
                f.kind(),
                f.value(),
                scope,
                Double.isNaN(confidence) ? f.confidence() : confidence,
                ledger ? f.ledgerConfidence() : 0);
    return changed(published, role -> role.withFloor(role.floor().map(change)));
  }

  private static List<Contender> rivals() {
    return List.of(
        rival("thompson", "plain constrained Thompson", () -> RivalRules::constrainedThompson),
        rival("ucb", "UCB", () -> RivalRules::upperConfidence),
        rival("epsilon-greedy", "epsilon-greedy", () -> RivalRules::epsilonGreedy),
        rival("scalarised", "scalarised Thompson", () -> RivalRules::scalarisedThompson),
        rival("floor-price", "primal-dual on the floor", RivalRules.FloorPrice::new),
        rival("budget-pace", "primal-dual on the limit's budget", RivalRules.BudgetPace::new),
        still(
            "static-map",
            "static map, tried on " + HindsightPlayers.EVALUATED_TASKS + " tasks a role",
            HindsightPlayers::staticMap));
  }

  private static List<Contender> limits() {
    return List.of(
        still("frontier", "uniform frontier", (world, seed) -> HindsightPlayers.uniform(-1)),
        still("mid", "uniform second strongest", (world, seed) -> HindsightPlayers.uniform(-2)),
        still("small", "uniform small", (world, seed) -> HindsightPlayers.uniform(0)),
        still("best-single", "best single", (world, seed) -> HindsightPlayers.bestSingle(world)),
        still(
            "limit-fixed",
            "limit, known means, one arm per role",
            (world, seed) -> HindsightPlayers.fixedArm()),
        still(
            "limit-mixture",
            "limit, known means, mixture per role",
            (world, seed) -> HindsightPlayers.mixture()),
        still("oracle", "oracle of each task", (world, seed) -> HindsightPlayers.perTask()));
  }

  private static Contender rival(String key, String name, Supplier<Rule> rules) {
    return new Contender(
        key,
        name,
        false,
        (world, seed) ->
            new RivalPlayer(rules, RandomSource.L64_X128_MIX.create(seed ^ SAMPLING_SALT)));
  }

  private static Contender still(
      String key, String name, java.util.function.BiFunction<World, Long, Player> players) {
    return new Contender(key, name, true, players);
  }
}
