package io.paretune.jobs.report;

import static io.paretune.jobs.report.Markup.escaped;
import static io.paretune.jobs.report.Markup.format;

import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.udfs.profile.LayerPlan;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What is done to each layer: one row a profile, one column a layer, darker for more. */
final class LayerSection {
  private static final int WIDTH = 440;
  private static final int LEFT = 56;
  private static final int TOP = 22;
  private static final int ROW = 18;
  private static final int SHADES = 6;

  /** Narrower cells carry no number; pointing at them tells it. */
  private static final double LEAST_WIDTH_FOR_TEXT = 17;

  private LayerSection() {}

  static String html(StudyReport report) {
    int layers =
        report.frontier().stream()
            .flatMap(p -> p.profile().layers().stream())
            .mapToInt(l -> l.layer() + 1)
            .max()
            .orElse(0);
    if (layers == 0) {
      return "<p>No profile on the frontier does anything to a layer.</p>\n";
    }
    return figure(
            report.frontier(),
            layers,
            "Share of weights pruned in each layer, percent",
            LayerSection::meanRatio,
            plan -> format("%.0f", 100 * meanRatio(plan)))
        + figure(
            report.frontier(),
            layers,
            "Bits of a cached key or value in each layer, their mean",
            plan -> 1 - meanBits(plan) / 16,
            LayerSection::bits)
        + table(report.frontier(), layers).alternative();
  }

  private static HtmlTable table(List<FrontierRecord> points, int layers) {
    String[] columns = new String[1 + layers];
    columns[0] = "trial";
    for (int layer = 0; layer < layers; layer++) {
      columns[1 + layer] = "layer " + layer;
    }
    HtmlTable table = new HtmlTable("Pruned share and bits of each layer", columns);
    for (FrontierRecord point : points) {
      String[] cells = new String[1 + layers];
      cells[0] = String.valueOf(point.trialId());
      for (int layer = 0; layer < layers; layer++) {
        LayerPlan plan = point.profile().layer(layer);
        cells[1 + layer] = format("%.0f %%, %s bits", 100 * meanRatio(plan), bits(plan));
      }
      table.row(cells);
    }
    return table;
  }

  private static String bits(LayerPlan plan) {
    return format(meanBits(plan) % 1 == 0 ? "%.0f" : "%.1f", meanBits(plan));
  }

  private static double meanRatio(LayerPlan plan) {
    return plan.pruningRatios().values().stream().mapToDouble(r -> r).average().orElse(0);
  }

  private static double meanBits(LayerPlan plan) {
    return (plan.keyBits() + plan.valueBits()) / 2.0;
  }

  private static String figure(
      List<FrontierRecord> points,
      int layers,
      String title,
      ToDoubleFunction<LayerPlan> shade,
      Function<LayerPlan, String> text) {
    double cell = (double) (WIDTH - LEFT - 4) / layers;
    int height = TOP + points.size() * ROW + 4;
    StringBuilder out = new StringBuilder("<figure>\n<figcaption>" + title + "</figcaption>\n");
    out.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s; one row a profile, %d layers\" font-family=\"system-ui, sans-serif\" font-size=\"10.5\">\n"
            .formatted(WIDTH, height, escaped(title), layers));
    int every = (int) Math.ceil(LEAST_WIDTH_FOR_TEXT / cell);
    for (int layer = 0; layer < layers; layer += every) {
      label(out, LEFT + (layer + 0.5) * cell, 14, "middle", "", String.valueOf(layer));
    }
    for (int row = 0; row < points.size(); row++) {
      FrontierRecord point = points.get(row);
      double y = TOP + row * ROW;
      label(out, LEFT - 6, y + 13, "end", "", "trial " + point.trialId());
      for (int layer = 0; layer < layers; layer++) {
        LayerPlan plan = point.profile().layer(layer);
        int level = (int) Math.min(SHADES - 1, shade.applyAsDouble(plan) * SHADES);
        double x = LEFT + layer * cell;
        out.append(
            format(
                "<rect class=\"shade%d\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\""
                    + " height=\"%d\"><title>trial %d, layer %d: %s</title></rect>\n",
                level, x, y, cell - 1, ROW - 1, point.trialId(), layer, text.apply(plan)));
        if (cell >= LEAST_WIDTH_FOR_TEXT) {
          label(out, x + cell / 2, y + 13, "middle", "on-shade" + level, text.apply(plan));
        }
      }
    }
    return out.append("</svg>\n</figure>\n").toString();
  }

  private static void label(
      StringBuilder out, double x, double y, String anchor, String style, String text) {
    out.append(
        format(
            "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
            style, x, y, anchor, text));
  }
}
