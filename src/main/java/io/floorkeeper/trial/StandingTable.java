package io.floorkeeper.trial;

import java.util.List;
import java.util.Locale;

/** Standings for people, and as CSV. */
public final class StandingTable {
  private StandingTable() {}

  /** One line per contender, in the order given. */
  public static String of(List<Standing> standings) {
    Standing first = standings.get(0);
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d run(s) each; mean and half of its 95 %% interval; saved is against the uniform"
                + " frontier, quality the true means of what was chosen%n",
            first.runs()));
    text.append(
        String.format(
            Locale.ROOT,
            "%-46s %14s %8s %8s %8s %9s %6s %6s %7s %6s %18s%n",
            "",
            "saved",
            "of limit",
            "last",
            "quality",
            "delivered",
            "margin",
            "kept",
            "by role",
            "+-.02",
            "saved vs first"));
    boolean limits = false;
    for (Standing s : standings) {
      if (s.hindsight() && !limits) {
        text.append("-- what does not learn, and what knows in hindsight\n");
        limits = true;
      }
      text.append(line(s, s == first));
    }
    for (Standing s : standings) {
      if (!s.contexts().isEmpty()) {
        text.append(s.name()).append(": quality ").append(s.qualityMore().percent().strip());
        text.append(" against the first; context");
        s.contexts()
            .forEach(
                (status, share) ->
                    text.append(String.format(Locale.ROOT, " %s %.0f %%", status, 100 * share)));
        text.append('\n');
      }
    }
    return text.toString();
  }

  private static String line(Standing s, boolean isFirst) {
    return String.format(
        Locale.ROOT,
        "%-46s %14s %8.2f %6.1f %% %8.3f %9.3f %+6.3f %4.0f %% %5.0f %% %4.0f %% %18s%n",
        s.name(),
        s.saved().percent(),
        s.shareOfLimit().mean(),
        100 * s.savedByPhase().get(s.savedByPhase().size() - 1).mean(),
        s.expectedQuality().mean(),
        s.quality().mean(),
        s.floorMargin().mean(),
        100 * s.runsKept(),
        100 * s.roleRunsKept(),
        100 * s.roleRunsKeptWithin(),
        isFirst ? "" : s.savedMore().percent());
  }

  /** A header and a row per contender; shares, not percent. */
  public static String csv(List<Standing> standings) {
    StringBuilder csv =
        new StringBuilder(
            "contender,name,hindsight,runs,saved,saved_low,saved_high,saved_sd,share_of_limit,"
                + "saved_last_phase,expected_quality,quality,floor_margin,runs_kept,role_runs_kept,"
                + "role_runs_kept_within_02,saved_more,saved_more_low,saved_more_high\n");
    for (Standing s : standings) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%s,\"%s\",%s,%d,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.4f,%.4f,%.4f,%.6f,%.6f,%.6f%n",
              s.key(),
              s.name(),
              s.hindsight(),
              s.runs(),
              s.saved().mean(),
              s.saved().low(),
              s.saved().high(),
              s.saved().sd(),
              s.shareOfLimit().mean(),
              s.savedByPhase().get(s.savedByPhase().size() - 1).mean(),
              s.expectedQuality().mean(),
              s.quality().mean(),
              s.floorMargin().mean(),
              s.runsKept(),
              s.roleRunsKept(),
              s.roleRunsKeptWithin(),
              s.savedMore().mean(),
              s.savedMore().low(),
              s.savedMore().high()));
    }
    return csv.toString();
  }

  /** The curves over a run: a row per contender and part of the run. */
  public static String curvesCsv(List<Standing> standings) {
    StringBuilder csv =
        new StringBuilder(
            "contender,calls,saved,expected_quality,floor,regret_usd_per_call,"
                + "missing_quality_per_call,shares\n");
    for (Standing s : standings) {
      double calls = 0;
      for (Standing.Point p : s.curve()) {
        calls += p.calls();
        csv.append(
            String.format(
                Locale.ROOT,
                "%s,%.1f,%.6f,%.6f,%.6f,%.9f,%.6f,",
                s.key(),
                calls,
                p.saved(),
                p.expectedQuality(),
                p.floor(),
                p.regretUsd(),
                p.missingQuality()));
        for (int k = 0; k < p.shares().length; k++) {
          csv.append(k == 0 ? "" : ";").append(String.format(Locale.ROOT, "%.4f", p.shares()[k]));
        }
        csv.append('\n');
      }
    }
    return csv.toString();
  }
}
