package io.floorkeeper.trial;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A comparison to look at, as SVG. */
final class StandingPlots {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 540;

  /** Told apart also without red and green (Okabe and Ito 2008), ours first. */
  private static final Color[] COLORS = {
    new Color(0x0072B2), new Color(0x56B4E9), new Color(0xD55E00), new Color(0xE69F00),
    new Color(0x009E73), new Color(0xCC79A7), new Color(0x8C6D1F), new Color(0x5E3C99),
    new Color(0x7F7F7F), new Color(0xB22222), new Color(0x9ACD32)
  };

  private static final Color LIMIT = new Color(0x333333);

  /** Of what does not learn, which all has one colour. */
  private static final Marker[] SHAPES = {
    SeriesMarkers.CROSS, SeriesMarkers.DIAMOND, SeriesMarkers.SQUARE, SeriesMarkers.TRIANGLE_UP,
    SeriesMarkers.TRIANGLE_DOWN, SeriesMarkers.PLUS, SeriesMarkers.TRAPEZOID, SeriesMarkers.OVAL
  };

  private final List<Standing> standings;
  private final List<Standing> learners;

  StandingPlots(List<Standing> standings) {
    this.standings = standings;
    this.learners = standings.stream().filter(s -> !s.hindsight()).toList();
  }

  void write(Path folder) throws IOException {
    write(costAndQuality(), folder.resolve("cost-quality.svg"));
    if (!learners.isEmpty()) {
      write(qualityOverTime(), folder.resolve("quality.svg"));
      write(allocationOverTime(), folder.resolve("allocation.svg"));
      write(
          regret(
              "Cumulative regret in dollars against known means",
              "dollars beyond the limit's",
              Standing.Point::regretUsd),
          folder.resolve("regret.svg"));
      write(
          regret(
              "Cumulative shortfall: quality below the floor",
              "missing quality, summed over calls",
              Standing.Point::missingQuality),
          folder.resolve("shortfall.svg"));
    }
  }

  private static void write(XYChart chart, Path file) throws IOException {
    VectorGraphicsEncoder.saveVectorGraphic(chart, file.toString(), VectorGraphicsFormat.SVG);
  }

  private static XYChart chart(String title, String x, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    chart.getStyler().setLocale(Locale.ROOT);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setPlotBorderVisible(false);
    chart.getStyler().setPlotGridLinesColor(new Color(0xE5E5E5));
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setLegendBorderColor(Color.WHITE);
    chart.getStyler().setMarkerSize(9);
    chart.getStyler().setXAxisMin(0.0); // or the ticks count from the first point
    return chart;
  }

  private XYChart costAndQuality() {
    XYChart chart =
        chart(
            "Saved and expected quality, mean of " + standings.get(0).runs() + " runs",
            "saved over uniform frontier, %",
            "expected quality");
    int color = 0;
    int shape = 0;
    for (Standing s : standings) {
      XYSeries series =
          chart.addSeries(
              s.name(),
              new double[] {100 * s.saved().mean()},
              new double[] {s.expectedQuality().mean()});
      series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
      series.setMarker(s.hindsight() ? SHAPES[shape++ % SHAPES.length] : SeriesMarkers.CIRCLE);
      series.setMarkerColor(s.hindsight() ? LIMIT : COLORS[color++ % COLORS.length]);
    }
    Standing first = standings.get(0);
    double floor = first.expectedQuality().mean() - first.floorMargin().mean();
    double[] saved = standings.stream().mapToDouble(s -> 100 * s.saved().mean()).toArray();
    line(
        chart,
        "floor",
        new double[] {
          java.util.Arrays.stream(saved).min().orElse(0),
          java.util.Arrays.stream(saved).max().orElse(100)
        },
        new double[] {floor, floor},
        Color.RED,
        true);
    return chart;
  }

  private static XYSeries line(
      XYChart chart, String name, double[] x, double[] y, Color color, boolean dashed) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(color);
    series.setLineStyle(
        dashed
            ? new BasicStroke(
                1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {6, 4}, 0)
            : new BasicStroke(1.8f));
    return series;
  }

  private static double[] calls(Standing s) {
    double[] calls = new double[s.curve().size()];
    double sum = 0;
    for (int i = 0; i < calls.length; i++) {
      sum += s.curve().get(i).calls();
      calls[i] = sum;
    }
    return calls;
  }

  private XYChart qualityOverTime() {
    XYChart chart = chart("Quality against the floor", "calls", "expected quality");
    int color = 0;
    for (Standing s : learners) {
      double[] quality = s.curve().stream().mapToDouble(Standing.Point::expectedQuality).toArray();
      line(chart, s.name(), calls(s), quality, COLORS[color++ % COLORS.length], false);
    }
    double[] floor = learners.get(0).curve().stream().mapToDouble(Standing.Point::floor).toArray();
    line(chart, "floor", calls(learners.get(0)), floor, Color.RED, true);
    return chart;
  }

  private XYChart allocationOverTime() {
    Standing first = learners.get(0);
    XYChart chart =
        chart("Allocation over time: " + first.name(), "calls", "share of the calls, %");
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setYAxisMax(100.0);
    for (int k = 0; k < first.curve().get(0).shares().length; k++) {
      int candidate = k;
      double[] share =
          first.curve().stream().mapToDouble(p -> 100 * p.shares()[candidate]).toArray();
      line(
          chart,
          k == 0 ? "cheapest" : "candidate " + (k + 1),
          calls(first),
          share,
          COLORS[(2 * k) % COLORS.length],
          false);
    }
    return chart;
  }

  private XYChart regret(String title, String y, ToDoubleFunction<Standing.Point> perCall) {
    XYChart chart = chart(title, "calls", y);
    int color = 0;
    for (Standing s : learners) {
      double[] regret = new double[s.curve().size()];
      double sum = 0;
      for (int i = 0; i < regret.length; i++) {
        sum += perCall.applyAsDouble(s.curve().get(i)) * s.curve().get(i).calls();
        regret[i] = sum;
      }
      line(chart, s.name(), calls(s), regret, COLORS[color++ % COLORS.length], false);
    }
    return chart;
  }
}
