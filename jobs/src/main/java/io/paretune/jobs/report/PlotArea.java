package io.paretune.jobs.report;

import static io.paretune.jobs.report.Markup.escaped;
import static io.paretune.jobs.report.Markup.pixels;

import java.util.function.DoubleFunction;

/**
 * An SVG picture with two axes, drawn piece by piece. Screen readers take it as one image; the
 * points' titles are for those who point at them.
 *
 * @param width of the picture, in pixels
 * @param height of the picture, in pixels
 * @param top free space above the axes, in pixels
 * @param x across
 * @param y up
 * @param out the elements so far
 */
record PlotArea(int width, int height, int top, Axis x, Axis y, StringBuilder out) {
  private static final int LEFT = 56;
  private static final int RIGHT = 20;
  private static final int BOTTOM = 50;

  /**
   * An empty picture.
   *
   * @param label what a screen reader says
   * @param style a style sheet of its own, or nothing
   */
  static PlotArea of(int width, int height, int top, String label, String style, Axis x, Axis y) {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="system-ui, sans-serif" font-size="13">
        """
            .formatted(width, height, escaped(label)));
    out.append(style);
    return new PlotArea(width, height, top, x, y, out);
  }

  double across(double value) {
    return LEFT + x.position(value) * (width - LEFT - RIGHT);
  }

  double up(double value) {
    return height - BOTTOM - y.position(value) * (height - top - BOTTOM);
  }

  /** Grid lines, ticks and what the axes mean. */
  void axes(
      String xName, DoubleFunction<String> xTick, String yName, DoubleFunction<String> yTick) {
    int floor = height - BOTTOM;
    for (double tick : x.ticks()) {
      line("grid", across(tick), top, across(tick), floor);
      text(across(tick), floor + 18, "middle", "", xTick.apply(tick));
    }
    for (double tick : y.ticks()) {
      line("grid", LEFT, up(tick), width - RIGHT, up(tick));
      text(LEFT - 6, up(tick) + 4, "end", "", yTick.apply(tick));
    }
    text((LEFT + width - RIGHT) / 2.0, height - 10, "middle", "", xName);
    String turned = "transform=\"translate(14 %d) rotate(-90)\"".formatted((top + floor) / 2);
    text(0, 0, "middle", turned, yName);
  }

  void line(String style, double x1, double y1, double x2, double y2) {
    out.append(
        "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n"
            .formatted(style, pixels(x1), pixels(y1), pixels(x2), pixels(y2)));
  }

  void text(double x1, double y1, String anchor, String more, String content) {
    out.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" %s>%s</text>\n"
            .formatted(pixels(x1), pixels(y1), anchor, more, escaped(content)));
  }

  /** A line through points, given as SVG path data; drawn without a fill. */
  void path(String style, String data) {
    out.append("<path class=\"%s line\" style=\"fill:none\" d=\"%s\"/>\n".formatted(style, data));
  }

  /** A mark with a title. */
  void mark(Shape shape, String style, double cx, double cy, String title) {
    out.append(shape.element(style, cx, cy, title));
  }

  /** The picture as SVG text. */
  String svg() {
    return out + "</svg>\n";
  }

  /** Series are told apart by their marks' shape as well as by colour. */
  enum Shape {
    CIRCLE,
    SQUARE,
    DIAMOND;

    String element(String style, double cx, double cy, String title) {
      String element =
          switch (this) {
            case CIRCLE ->
                "circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"4\""
                    .formatted(style, pixels(cx), pixels(cy));
            case SQUARE ->
                "rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"8\" height=\"8\" stroke-width=\"2\""
                    .formatted(style, pixels(cx - 4), pixels(cy - 4));
            case DIAMOND ->
                "path class=\"%s\" d=\"M%s %s l5 5 l-5 5 l-5 -5 z\" stroke-width=\"1.5\""
                    .formatted(style, pixels(cx), pixels(cy - 5));
          };
      String name = element.substring(0, element.indexOf(' '));
      return "<%s><title>%s</title></%s>\n".formatted(element, escaped(title), name);
    }

    /** The mark alone, as in a legend within text. */
    String icon(String style) {
      return "<svg class=\"icon\" viewBox=\"0 0 14 14\" aria-hidden=\"true\">"
          + element(style, 7, 7, "").replace("<title></title>", "")
          + "</svg>";
    }
  }
}
