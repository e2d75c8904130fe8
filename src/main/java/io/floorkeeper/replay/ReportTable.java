package io.floorkeeper.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A replay's report as text for a terminal. */
final class ReportTable {
  private ReportTable() {}

  static String of(ReplayReport report) {
    StringBuilder out = new StringBuilder();
    ReplayReport.Setup setup = report.setup();
    line(
        out,
        "%s: %d calls sent, %d of them in the evidence; %d pass(es), seed %d, lag %d, floor %.2f of the strongest",
        setup.data(),
        setup.callsSent(),
        setup.callsInEvidence(),
        setup.passes(),
        setup.seed(),
        setup.lag(),
        setup.floor());
    line(out, "share of calls: %s", String.join(" / ", setup.models()));
    out.append('\n');
    List<String[]> rows = new ArrayList<>();
    rows.add(
        new String[] {
          "role",
          "calls",
          "share",
          "quality realised [95 %]",
          "expected",
          "floor",
          "kept",
          "dollars",
          "frontier",
          "small",
          "limit",
          "saved [95 %]",
          "epochs"
        });
    for (ReplayReport.RoleRow r : report.roles()) {
      rows.add(
          new String[] {
            r.role(),
            "" + r.calls(),
            r.share().values().stream()
                .map(s -> String.format(Locale.ROOT, "%3.0f", 100 * s))
                .collect(Collectors.joining("/")),
            r.quality().plain(),
            number("%.3f", r.expectedQuality()),
            number("%.3f", r.floorQuality()),
            r.kept() ? "yes" : r.keptWithinTolerance() ? "within .02" : "NO",
            number("%.4f", r.costUsd()),
            number("%.4f", r.frontierUsd()),
            number("%.4f", r.smallUsd()),
            number("%.4f", r.limitUsd()),
            r.saved().percent(),
            "" + r.epochs()
          });
    }
    table(out, rows);
    out.append('\n');
    for (ReplayReport.PassRow p : report.passes()) {
      line(
          out,
          "pass %d: %d calls, quality %.3f (expected %.3f), $%.4f, saved %s",
          p.pass(),
          p.calls(),
          p.quality(),
          p.expectedQuality(),
          p.costUsd(),
          p.saved().percent());
    }
    ReplayReport.Totals t = report.totals();
    line(
        out,
        "all:    %d calls, quality %s (expected %.3f), $%.4f against $%.4f uniform frontier, saved %s",
        t.calls(),
        t.quality().plain(),
        t.expectedQuality(),
        t.costUsd(),
        t.frontierUsd(),
        t.saved().percent());
    line(
        out,
        "        that is %.2f of what one arm per role with known means saves, %.2f of the best mixture's",
        t.savedShareOfFixedArmLimit(),
        t.savedShareOfMixtureLimit());
    line(
        out,
        "        expected quality below its floor in %d role(s)%s; beyond a tolerance of %.2f in %d%s",
        t.rolesBelowFloor().size(),
        names(t.rolesBelowFloor()),
        ReplayReport.TOLERANCE,
        t.rolesBelowFloorBeyondTolerance().size(),
        names(t.rolesBelowFloorBeyondTolerance()));
    out.append('\n');
    List<String[]> others = new ArrayList<>();
    others.add(new String[] {"against, on the same tasks", "quality", "$ per task", "saved"});
    for (ReplayReport.Alternative a : report.alternatives()) {
      others.add(
          new String[] {
            a.name(),
            number("%.3f", a.quality()),
            number("%.6f", a.costUsdPerTask()),
            number("%.1f %%", 100 * a.saved())
          });
    }
    table(out, others);
    return out.toString();
  }

  private static String names(List<String> roles) {
    return roles.isEmpty() ? "" : " (" + String.join(", ", roles) + ")";
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static void line(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static void table(StringBuilder out, List<String[]> rows) {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        String pad = " ".repeat(widths[i] - row[i].length());
        text.append(i == 0 ? row[i] + pad : "  " + pad + row[i]);
      }
      out.append(text.toString().stripTrailing()).append('\n');
    }
  }
}
