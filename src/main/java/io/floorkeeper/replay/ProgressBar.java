package io.floorkeeper.replay;

import java.io.PrintStream;
import java.util.Locale;

/** A bar on a terminal, a line now and then elsewhere. */
final class ProgressBar {
  private static final int WIDTH = 40;

  private final PrintStream out;
  private final int total;
  private final boolean terminal;
  private final long startNanos = System.nanoTime();
  private int shownPercent = -1;

  ProgressBar(PrintStream out, int total, boolean terminal) {
    this.out = out;
    this.total = total;
    this.terminal = terminal;
  }

  void at(int done) {
    int percent = (int) (100L * done / total);
    if (percent == shownPercent || !terminal && percent % 10 != 0) {
      return;
    }
    shownPercent = percent;
    int filled = WIDTH * done / total;
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    String line =
        String.format(
            Locale.ROOT,
            "[%s%s] %3d %%  %d/%d  %.0f calls/s",
            "#".repeat(filled),
            ".".repeat(WIDTH - filled),
            percent,
            done,
            total,
            done / Math.max(seconds, 1e-9));
    out.print(terminal ? "\r" + line + (done == total ? "\n" : "") : line + "\n");
    out.flush();
  }
}
