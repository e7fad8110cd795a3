package io.paretune.jobs.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A frontier beside the uniform profiles of the same model, as one SVG that needs nothing else:
 * memory as a share of the dense model's across, accuracy with its 95 % interval up. Colours follow
 * the reader's light or dark mode; each point carries a title that browsers and screen readers
 * give.
 *
 * @param title the heading
 * @param dense the model that nothing was done to
 * @param frontier what the search found
 * @param uniform every layer alike
 */
public record FrontierPlot(
    String title, PlotPoint dense, List<PlotPoint> frontier, List<PlotPoint> uniform) {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 460;
  private static final int LEFT = 64;
  private static final int RIGHT = 24;
  private static final int TOP = 48;
  private static final int BOTTOM = 56;

  public FrontierPlot {
    frontier = byMemory(frontier);
    uniform = byMemory(uniform);
  }

  private static List<PlotPoint> byMemory(List<PlotPoint> points) {
    return points.stream().sorted(Comparator.comparingLong(PlotPoint::memoryBytes)).toList();
  }

  /** The picture as SVG text. */
  public String svg() {
    Axis x = Axis.covering(all().map(this::share).toList());
    Axis y = Axis.covering(all().flatMap(p -> Stream.of(p.scoreLow(), p.scoreHigh())).toList());
    StringBuilder out = new StringBuilder();
    out.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="system-ui, sans-serif" font-size="13">
        <style>
          svg { color: #1a1a1a; background: #ffffff } text { fill: currentColor } .grid { stroke: #d8d8d8 }
          .found { stroke: #0b62a4; fill: #0b62a4 } .uniform { stroke: #a34800; fill: #ffffff } .dense { stroke: currentColor; fill: currentColor }
          .line { fill: none; stroke-width: 2 } .whisker { stroke-width: 1; opacity: .55 }
          @media (prefers-color-scheme: dark) {
            svg { color: #ececec; background: #16181c } .grid { stroke: #3a3d44 }
            .found { stroke: #6cb8f5; fill: #6cb8f5 } .uniform { stroke: #f0a35e; fill: #16181c } .line { fill: none }
          }
        </style>
        """
            .formatted(WIDTH, HEIGHT, escaped(title)));
    out.append(text(LEFT, 24, "start", "font-size=\"16\" font-weight=\"600\"", title));
    grid(out, x, y);
    series(out, x, y, "uniform", uniform);
    series(out, x, y, "found", frontier);
    series(out, x, y, "dense", List.of(dense));
    legend(out);
    return out.append("</svg>\n").toString();
  }

  private Stream<PlotPoint> all() {
    return Stream.of(frontier, uniform, List.of(dense)).flatMap(List::stream);
  }

  private double share(PlotPoint p) {
    return (double) p.memoryBytes() / dense.memoryBytes();
  }

  private static double across(Axis axis, double value) {
    return LEFT + axis.position(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double up(Axis axis, double value) {
    return HEIGHT - BOTTOM - axis.position(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static void grid(StringBuilder out, Axis x, Axis y) {
    for (double tick : x.ticks()) {
      double at = across(x, tick);
      out.append(line("grid", at, TOP, at, HEIGHT - BOTTOM));
      out.append(text(at, HEIGHT - BOTTOM + 20, "middle", "", Math.round(tick * 100) + " %"));
    }
    for (double tick : y.ticks()) {
      double at = up(y, tick);
      out.append(line("grid", LEFT, at, WIDTH - RIGHT, at));
      out.append(text(LEFT - 8, at + 4, "end", "", String.format(Locale.ROOT, "%.2f", tick)));
    }
    out.append(
        text(
            (LEFT + WIDTH - RIGHT) / 2.0,
            HEIGHT - 12,
            "middle",
            "",
            "memory (weights and KV cache), share of the dense model"));
    out.append(
        text(
            0,
            0,
            "middle",
            "transform=\"translate(16 %d) rotate(-90)\"".formatted(HEIGHT / 2),
            "accuracy, held-out questions"));
  }

  private void series(StringBuilder out, Axis x, Axis y, String style, List<PlotPoint> points) {
    StringBuilder path = new StringBuilder();
    for (PlotPoint p : points) {
      path.append(path.isEmpty() ? "M" : " L")
          .append(number(across(x, share(p))))
          .append(' ')
          .append(number(up(y, p.score())));
    }
    if (points.size() > 1) {
      out.append("<path class=\"%s line\" style=\"fill:none\" d=\"%s\"/>\n".formatted(style, path));
    }
    for (PlotPoint p : points) {
      double px = across(x, share(p));
      out.append(line(style + " whisker", px, up(y, p.scoreLow()), px, up(y, p.scoreHigh())));
      out.append(
          marker(
              style,
              px,
              up(y, p.score()),
              "%s: %.1f %% of dense memory, accuracy %.3f"
                  .formatted(p.label(), share(p) * 100, p.score())));
    }
  }

  private static void legend(StringBuilder out) {
    List<String[]> entries = new ArrayList<>();
    entries.add(new String[] {"found", "found by the search"});
    entries.add(new String[] {"uniform", "every layer alike"});
    entries.add(new String[] {"dense", "dense"});
    int y = HEIGHT - BOTTOM - 62;
    for (String[] e : entries) {
      out.append(marker(e[0], WIDTH - 190, y, e[1]));
      out.append(text(WIDTH - 178, y + 4, "start", "", e[1]));
      y += 20;
    }
  }

  /** Told apart by shape as well as by colour: squares are uniform profiles. */
  private static String marker(String style, double x, double y, String title) {
    String shape =
        style.equals("uniform")
            ? "rect class=\"uniform\" x=\"%s\" y=\"%s\" width=\"8\" height=\"8\" stroke-width=\"2\""
                .formatted(number(x - 4), number(y - 4))
            : "circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"4\""
                .formatted(style, number(x), number(y));
    return "<%s><title>%s</title></%s>\n"
        .formatted(shape, escaped(title), shape.substring(0, shape.indexOf(' ')));
  }

  private static String line(String style, double x1, double y1, double x2, double y2) {
    return "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n"
        .formatted(style, number(x1), number(y1), number(x2), number(y2));
  }

  private static String text(double x, double y, String anchor, String more, String content) {
    return "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" %s>%s</text>\n"
        .formatted(number(x), number(y), anchor, more, escaped(content));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String escaped(String s) {
    return s.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
