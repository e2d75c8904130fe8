package io.floorkeeper.replay;

import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.trial.Contender;
import io.floorkeeper.trial.Contenders;
import io.floorkeeper.trial.LabelRule;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options of a comparison, and what they mean. */
final class Comparison {

  /** An option that cannot be meant; the message names it. */
  static final class InvalidOptionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidOptionException(String message) {
      super(message);
    }
  }

  @Option(
      names = "--compare",
      split = ",",
      description = {
        "in process: these side by side on the same seeds, the first against all others; 'all', or of",
        "own, own-pooled, own-per-arm, own-role, thompson, ucb, epsilon-greedy, scalarised, floor-price, budget-pace,"
            + " static-map, frontier, mid, small, best-single, limit-fixed, limit-mixture, oracle;"
            + " own-per-arm@.8 and own-role@.8: at another confidence; own-role-no-ledger,"
            + " own-per-arm-no-ledger: without a ledger; own+without-context,"
            + " own-role+context-on, own+context-off: with the policy's contexts used otherwise"
      })
  List<String> contenders = List.of();

  @Option(
      names = "--label-rate",
      description = "share of calls labelled at random, in (0, 1] (default: the policy's)")
  Double labelRate;

  @Option(
      names = "--label-bias",
      paramLabel = "FAIL:PASS",
      description =
          "probabilities with which the source labels an asked call that failed and one that passed,"
              + " e.g. .6:.3 (default: 1:1)")
  String labelBias = "1:1";

  @Option(
      names = "--hide-label-probability",
      description = "the source does not say with which probability it labelled")
  boolean hideProbability;

  @Option(
      names = "--label-delay",
      defaultValue = "0",
      description = "mean delay of a label in snapshots, geometric (default: 0, the next snapshot)")
  double labelDelay;

  @Option(
      names = "--no-label-boost",
      description = "calls on arms that are not proven are not labelled besides")
  boolean noBoost;

  @Option(
      names = "--no-drift-resets",
      description = "an arm that drifts from its own baseline keeps its older evidence")
  boolean noDriftResets;

  @Option(
      names = "--role-floor",
      paramLabel = "KIND:VALUE",
      description = "instead of the policy's floors, for every role: relative:0.98 or absolute:0.9")
  String roleFloor;

  @Option(
      names = "--regress",
      paramLabel = "MODEL=OTHER@FROM-TO",
      description =
          "from call FROM until call TO the model's outcomes are silently the other's: how long until"
              + " it is left, and until it is back?")
  String regress;

  @Option(
      names = "--context",
      paramLabel = "COLUMN",
      description =
          "all tasks are of one role, and this column of the data (group, for one) is what requests"
              + " say of their context; the policy has a role 'all', or roles that are alike")
  String context;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "the table of a comparison; its curves go beside it, as FILE with -curves")
  java.nio.file.Path csv;

  @Option(
      names = "--plots",
      paramLabel = "DIRECTORY",
      description =
          "five plots (SVG) of a comparison: cost and quality, quality against the floor,"
              + " allocation, regret in dollars, shortfall of quality")
  java.nio.file.Path plots;

  /** What has no effect without {@code --compare}. */
  static final List<String> OPTIONS =
      List.of(
          "--label-rate",
          "--label-bias",
          "--hide-label-probability",
          "--label-delay",
          "--no-label-boost",
          "--no-drift-resets",
          "--role-floor",
          "--regress",
          "--context",
          "--csv",
          "--plots");

  private static final Pattern REGRESSION = Pattern.compile("(.+)=(.+)@(\\d{1,8})-(\\d{1,8})");

  /**
   * The regression of {@code --regress}.
   *
   * @throws InvalidOptionException where it is none
   */
  Optional<OutcomeWorld.SilentRegression> regression() {
    if (regress == null) {
      return Optional.empty();
    }
    Matcher parts = REGRESSION.matcher(regress);
    if (!parts.matches()) {
      throw new InvalidOptionException("--regress must be MODEL=OTHER@FROM-TO");
    }
    return Optional.of(
        new OutcomeWorld.SilentRegression(
            parts.group(1),
            parts.group(2),
            Integer.parseInt(parts.group(3)),
            Integer.parseInt(parts.group(4))));
  }

  boolean wanted() {
    return !contenders.isEmpty();
  }

  /**
   * @throws InvalidOptionException naming the option
   */
  List<Contender> players() {
    try {
      return Contenders.named(contenders);
    } catch (IllegalArgumentException e) {
      throw new InvalidOptionException("--compare: " + e.getMessage());
    }
  }

  /**
   * @param policyRate where no option says another
   * @throws InvalidOptionException naming the option
   */
  LabelRule labels(double policyRate) {
    String[] bias = labelBias.split(":", -1);
    if (bias.length != 2) {
      throw new InvalidOptionException("--label-bias must be FAIL:PASS, e.g. .6:.3");
    }
    try {
      double rate = labelRate == null ? policyRate : labelRate;
      return LabelRule.atRate(rate)
          .withBoosting(!noBoost)
          .withBias(number(bias[0]), number(bias[1]), !hideProbability)
          .withDelay(labelDelay, (int) Math.ceil(6 * labelDelay));
    } catch (NumberFormatException e) {
      throw new InvalidOptionException("--label-bias must be two numbers, e.g. .6:.3");
    } catch (IllegalArgumentException e) {
      throw new InvalidOptionException("labels: " + e.getMessage());
    }
  }

  private static double number(String text) {
    return Double.parseDouble(text.strip());
  }

  /**
   * The floor of {@code --role-floor}.
   *
   * @throws InvalidOptionException where it is none
   */
  Optional<QualityFloor> floor() {
    if (roleFloor == null) {
      return Optional.empty();
    }
    String[] parts = roleFloor.split(":", -1);
    try {
      double value = number(parts[parts.length - 1]);
      if (parts.length == 2 && parts[0].equals("relative") && value > 0 && value <= 1) {
        return Optional.of(QualityFloor.of(QualityFloor.Kind.RELATIVE_TO_REFERENCE, value));
      }
      if (parts.length == 2 && parts[0].equals("absolute") && value > 0 && value < 1) {
        return Optional.of(QualityFloor.of(QualityFloor.Kind.ABSOLUTE, value));
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new InvalidOptionException(
        "--role-floor must be relative:VALUE in (0, 1] or absolute:VALUE in (0, 1)");
  }
}
