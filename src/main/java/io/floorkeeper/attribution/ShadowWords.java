package io.floorkeeper.attribution;

import io.floorkeeper.attribution.ShadowAnswer.Interval;
import io.floorkeeper.attribution.ShadowAnswer.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A shadow's report in plain words, and as a page. */
public final class ShadowWords {
  private ShadowWords() {}

  /** The same with its conclusion. */
  static ShadowAnswer concluded(ShadowAnswer a) {
    return new ShadowAnswer(
        a.role(),
        a.policyVersion(),
        a.learning(),
        a.shadowShare(),
        a.since(),
        a.alpha(),
        a.graduation(),
        a.sample(),
        a.arms(),
        a.happened(),
        a.rules(),
        a.shadow(),
        a.latest(),
        a.present(),
        a.predicted(),
        a.identified(),
        a.exploration(),
        a.method(),
        conclusion(a));
  }

  private static List<String> conclusion(ShadowAnswer a) {
    List<String> words = new ArrayList<>();
    if (a.sample().shadowed() == 0) {
      words.add(
          a.learning().equals("shadow")
              ? a.graduation().passed()
                  ? "No shadowed task yet."
                  : "The shadow waits for the gate: " + gate(a.graduation()) + "."
              : "Nothing was shadowed: the role's learning is " + a.learning() + ".");
      return words;
    }
    if (a.identified() != null) {
      words.add(
          String.format(
              Locale.ROOT,
              "%.0f %% of what the bandit would have done has no support: on those arms nothing ran,"
                  + " and nothing is said of them.",
              100 * a.sample().unsupportedShare()));
    }
    if (a.present() == null) {
      words.add(
          "No estimate of the bandit's quality or dollars exists. Set shadow_share, for instance to"
              + " 0.1, so that a share of the tasks is drawn.");
      return words;
    }
    words.add(outcome("Along the shadow the bandit", "would have", a.shadow()));
    words.add(outcome("Switched on as it stands now it", "would", a.present()));
    if (a.present().floor() != null) {
      words.add(
          switch (a.present().floor().verdict()) {
            case "above" -> "It keeps the floor.";
            case "below" -> "It does not keep the floor: do not switch it on.";
            default -> "Whether it keeps the floor is undecided: more labelled tasks are needed.";
          });
    }
    words.add(exploration(a));
    words.add(
        String.format(
            Locale.ROOT,
            "It is still learning: its latest allocations lie %.2f from the last one (0 the same, 1"
                + " disjoint), and what it learns after the switch is not in these numbers.",
            a.sample().shift()));
    words.add(
        a.graduation().passed()
            ? "The gate to learning is open."
            : "The gate to learning is shut: " + gate(a.graduation()) + ".");
    return words;
  }

  private static String gate(ShadowAnswer.Graduation g) {
    List<String> lacks = new ArrayList<>();
    if (g.traces() < g.minTraces()) {
      lacks.add(g.traces() + " of " + g.minTraces() + " traces");
    }
    if (!g.qualityArmed()) {
      lacks.add("quality is not armed");
    }
    if (!g.costArmed()) {
      lacks.add("cost is not armed");
    }
    return String.join(", ", lacks);
  }

  private static String outcome(String who, String would, Policy p) {
    if (p.quality().low() == null || p.costUsd().low() == null || p.saving().low() == null) {
      String why = p.quality().why() == null ? p.costUsd().why() : p.quality().why();
      return who + " has no number: " + (why == null ? p.saving().why() : why) + ".";
    }
    return String.format(
        Locale.ROOT,
        "%s %s cost %s USD per task, a saving of %.1f %% (%.1f to %.1f) against the rules, at a quality of %s,"
            + " %+.3f (%+.3f to %+.3f) against theirs.",
        who,
        would,
        usd(p.costUsd()),
        100 * p.saving().value(),
        100 * p.saving().low(),
        100 * p.saving().high(),
        quality(p.quality()),
        p.qualityChange().value(),
        p.qualityChange().low(),
        p.qualityChange().high());
  }

  private static String exploration(ShadowAnswer a) {
    Interval usd = a.exploration().costUsd();
    Interval quality = a.exploration().qualityChange();
    if (usd.low() == null || quality.low() == null) {
      return "What exploring cost is not known yet.";
    }
    return String.format(
        Locale.ROOT,
        "Exploring (%d tasks) %s %.4f USD (%.4f to %.4f) in all and changed quality by %+.4f per task.",
        a.exploration().tasks(),
        usd.value() < 0 ? "saved" : "cost",
        Math.abs(usd.value()),
        usd.value() < 0 ? -usd.high() : usd.low(),
        usd.value() < 0 ? -usd.low() : usd.high(),
        quality.value());
  }

  private static String usd(Interval i) {
    return String.format(Locale.ROOT, "%.6f (%.6f to %.6f)", i.value(), i.low(), i.high());
  }

  private static String quality(Interval i) {
    return String.format(Locale.ROOT, "%.3f (%.3f to %.3f)", i.value(), i.low(), i.high());
  }

  /** The report as Markdown, which is plain text enough. */
  public static String page(ShadowAnswer a) {
    StringBuilder page = new StringBuilder();
    page.append("# Shadow of ").append(a.role()).append("\n\n");
    a.conclusion().forEach(sentence -> page.append(sentence).append('\n'));
    if (a.sample().shadowed() == 0) {
      return page.toString();
    }
    page.append(
        String.format(
            Locale.ROOT,
            "%nPolicy version %d, learning %s, shadow_share %s. %d tasks from %s to %s: %d labelled, %d"
                + " priced, %d estimated.%n",
            a.policyVersion(),
            a.learning(),
            a.shadowShare(),
            a.sample().shadowed(),
            a.sample().from(),
            a.sample().to(),
            a.sample().labelled(),
            a.sample().priced(),
            a.sample().estimated()));
    page.append(
        "\n| policy | tasks | quality | USD per task | saving | floor |\n|---|---|---|---|---|---|\n");
    row(page, "what happened", a.happened());
    row(page, "the rules alone", a.rules());
    row(page, "the bandit, along the shadow", a.shadow());
    row(page, "the bandit, latest third", a.latest());
    row(page, "the bandit, as it stands now", a.present());
    if (a.predicted() != null) {
      page.append(
          String.format(
              Locale.ROOT,
              "%nA model's word on the bandit as it stands now, no claim: quality %.3f, %.6f USD per"
                  + " task.%n",
              a.predicted().quality(),
              a.predicted().costUsd()));
    }
    if (a.identified() != null && a.identified().qualityLow() != null) {
      page.append(
          String.format(
              Locale.ROOT,
              "%nKnown without any assumption of all shadowed tasks: quality between %.3f and %.3f.%n",
              a.identified().qualityLow(),
              a.identified().qualityHigh()));
    }
    page.append(
        "\n| arm | the bandit | as it stands now | served | labelled |\n|---|---|---|---|---|\n");
    for (ShadowAnswer.ArmSupport arm : a.arms()) {
      page.append(
          String.format(
              Locale.ROOT,
              "| %s | %.1f %% | %.1f %% | %d | %d |%n",
              arm.arm(),
              100 * arm.banditShare(),
              100 * arm.presentShare(),
              arm.served(),
              arm.labelled()));
    }
    page.append(
        String.format(
            Locale.ROOT,
            "%nIntervals miss %.3g of the time each. Method: %s.%n",
            a.alpha(),
            a.method()));
    return page.toString();
  }

  private static void row(StringBuilder page, String name, Policy p) {
    if (p == null) {
      return;
    }
    String saving =
        p.saving() == null || p.saving().low() == null
            ? ""
            : String.format(
                Locale.ROOT,
                "%.1f %% (%.1f to %.1f)",
                100 * p.saving().value(),
                100 * p.saving().low(),
                100 * p.saving().high());
    page.append("| ")
        .append(name)
        .append(" | ")
        .append(p.tasks())
        .append(" | ")
        .append(p.quality().low() == null ? p.quality().why() : quality(p.quality()))
        .append(" | ")
        .append(p.costUsd().low() == null ? p.costUsd().why() : usd(p.costUsd()))
        .append(" | ")
        .append(saving)
        .append(" | ")
        .append(p.floor() == null ? "" : p.floor().verdict())
        .append(" |\n");
  }
}
