package io.floorkeeper.truth;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Set;

/**
 * The label of a call by the rules of {@code policies/truth.yaml}, worked out in decimals.
 *
 * @param weightMicros 0: nobody has judged it
 */
record LabelTruth(long weightMicros, long qualityMicros) {
  static final LabelTruth NONE = new LabelTruth(0, 0);
  static final LabelTruth FAILED = new LabelTruth(1_000_000, 0);

  /** Whose policy says how they are judged; nobody's calls are judged by no rule. */
  private static final Set<String> ROLES = Set.of("worker", "critic", "planner", "file-ops");

  private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);

  boolean isKnown() {
    return weightMicros > 0;
  }

  static LabelTruth of(PlannedSpan.Call call) {
    String role = call.decision() != null ? call.decision().role() : call.role();
    return role == null || !ROLES.contains(role) ? NONE : of(role, SaidTruth.own(call));
  }

  /**
   * @param said in the order of their names, no two of one name: of several probabilities that of
   *     the last one counts
   */
  static LabelTruth of(String role, List<SaidTruth.Said> said) {
    Double probability = null;
    BigDecimal weights = BigDecimal.ZERO;
    BigDecimal sum = BigDecimal.ZERO;
    for (SaidTruth.Said one : said) {
      PlannedSpan.Judgement judgement = one.judgement();
      BigDecimal weight = role.equals("critic") ? criticWeight(judgement) : BigDecimal.ONE;
      BigDecimal quality = role.equals("critic") ? critic(judgement) : plain(judgement);
      if (weight != null && quality != null) {
        weights = weights.add(weight);
        sum = sum.add(weight.multiply(quality));
        probability = one.probability() == null ? probability : one.probability();
      }
    }
    if (weights.signum() == 0) {
      return NONE;
    }
    BigDecimal asked = BigDecimal.valueOf(probability == null ? 1 : probability);
    return new LabelTruth(
        MILLION.divide(asked, 0, RoundingMode.HALF_UP).longValueExact(),
        MILLION.multiply(sum).divide(weights, 0, RoundingMode.HALF_UP).longValueExact());
  }

  private static BigDecimal criticWeight(PlannedSpan.Judgement judgement) {
    return switch (judgement.name()) {
      case "helpfulness" -> BigDecimal.ONE;
      case "toxicity" -> BigDecimal.valueOf(2);
      default -> null;
    };
  }

  /**
   * Helpfulness lies in 1 to 5, toxicity in 0 to 1 and is bad; what lies beyond is not believed.
   */
  private static BigDecimal critic(PlannedSpan.Judgement judgement) {
    if (judgement.score() == null) {
      return null;
    }
    BigDecimal score = BigDecimal.valueOf(judgement.score());
    BigDecimal share =
        judgement.name().equals("helpfulness")
            ? score.subtract(BigDecimal.ONE).divide(BigDecimal.valueOf(4))
            : BigDecimal.ONE.subtract(score);
    return within(share);
  }

  private static BigDecimal plain(PlannedSpan.Judgement judgement) {
    if (judgement.passed() != null) {
      return judgement.passed() ? BigDecimal.ONE : BigDecimal.ZERO;
    }
    if (judgement.label() != null) {
      return switch (judgement.label()) {
        case "pass" -> BigDecimal.ONE;
        case "Fail" -> BigDecimal.ZERO;
        default -> null;
      };
    }
    return within(BigDecimal.valueOf(judgement.score()));
  }

  private static BigDecimal within(BigDecimal share) {
    return share.signum() < 0 || share.compareTo(BigDecimal.ONE) > 0 ? null : share;
  }
}
