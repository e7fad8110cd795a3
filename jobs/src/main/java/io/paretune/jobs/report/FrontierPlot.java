package io.paretune.jobs.report;

import static io.paretune.jobs.report.Markup.format;
import static io.paretune.jobs.report.Markup.pixels;

import io.paretune.jobs.report.PlotArea.Shape;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * A frontier beside the uniform profiles of the same model: memory as a share of the dense model's
 * across, accuracy with its 95 % interval up. Colours follow the reader's light or dark mode; each
 * point carries a title.
 *
 * @param title the heading
 * @param scoreName what the accuracy is of
 * @param denseBytes memory of the dense model, which the others' are shares of
 * @param dense the model that nothing was done to, if it was scored
 * @param frontier what the search found
 * @param uniform every layer alike
 */
public record FrontierPlot(
    String title,
    String scoreName,
    long denseBytes,
    Optional<PlotPoint> dense,
    List<PlotPoint> frontier,
    List<PlotPoint> uniform) {
  private static final String STYLE =
      """
      <style>
        svg { color: #1a1a1a; background: #ffffff } text { fill: currentColor } .grid { stroke: #d8d8d8 }
        .found { stroke: #0b62a4; fill: #0b62a4 } .uniform { stroke: #a34800; fill: #ffffff } .dense { stroke: currentColor; fill: currentColor }
        .line { fill: none; stroke-width: 2 } .whisker { stroke-width: 1; opacity: .55 } .held-out { fill: none }
        @media (prefers-color-scheme: dark) {
          svg { color: #ececec; background: #16181c } .grid { stroke: #3a3d44 }
          .found { stroke: #6cb8f5; fill: #6cb8f5 } .uniform { stroke: #f0a35e; fill: #16181c } .line { fill: none }
        }
      </style>
      """;

  public FrontierPlot {
    frontier = byMemory(frontier);
    uniform = byMemory(uniform);
  }

  private static List<PlotPoint> byMemory(List<PlotPoint> points) {
    return points.stream().sorted(Comparator.comparingLong(PlotPoint::memoryBytes)).toList();
  }

  /** A picture that needs nothing else. */
  public String svg() {
    PlotArea area = area(760, 460, 48, title, STYLE);
    area.text(56, 24, "start", "font-size=\"16\" font-weight=\"600\"", title);
    draw(area);
    legend(area);
    return area.svg();
  }

  /** A picture for a page that has the style sheet and the legend, readable at a phone's width. */
  String figure() {
    PlotArea area = area(440, 340, 12, summary(), "");
    draw(area);
    return area.svg();
  }

  private String summary() {
    return frontier.isEmpty()
        ? title
        : format(
            "%s: %d profiles from %.0f to %.0f percent of the dense model's memory, accuracy %.3f"
                + " to %.3f",
            title,
            frontier.size(),
            100 * share(frontier.get(0)),
            100 * share(frontier.get(frontier.size() - 1)),
            frontier.stream().mapToDouble(PlotPoint::score).min().orElseThrow(),
            frontier.stream().mapToDouble(PlotPoint::score).max().orElseThrow());
  }

  private PlotArea area(int width, int height, int top, String label, String style) {
    return PlotArea.of(
        width,
        height,
        top,
        label,
        style,
        Axis.covering(all().map(this::share).toList()),
        Axis.covering(
            all()
                .flatMapToDouble(
                    p ->
                        DoubleStream.concat(
                            DoubleStream.of(p.scoreLow(), p.scoreHigh()), p.heldOut().stream()))
                .boxed()
                .toList()));
  }

  private void draw(PlotArea area) {
    area.axes(
        "memory (weights and KV cache), share of dense",
        tick -> Math.round(tick * 100) + " %",
        scoreName,
        tick -> format("%.2f", tick));
    series(area, "uniform", Shape.SQUARE, uniform);
    series(area, "found", Shape.CIRCLE, frontier);
    series(area, "dense", Shape.CIRCLE, dense.stream().toList());
  }

  private Stream<PlotPoint> all() {
    return Stream.of(frontier, uniform, dense.stream().toList()).flatMap(List::stream);
  }

  private double share(PlotPoint p) {
    return (double) p.memoryBytes() / denseBytes;
  }

  private void series(PlotArea area, String style, Shape shape, List<PlotPoint> points) {
    StringBuilder path = new StringBuilder();
    for (PlotPoint p : points) {
      path.append(path.isEmpty() ? "M" : " L")
          .append(pixels(area.across(share(p))))
          .append(' ')
          .append(pixels(area.up(p.score())));
    }
    if (points.size() > 1) {
      area.path(style, path.toString());
    }
    for (PlotPoint p : points) {
      double px = area.across(share(p));
      area.line(style + " whisker", px, area.up(p.scoreLow()), px, area.up(p.scoreHigh()));
      area.mark(shape, style, px, area.up(p.score()), title(p));
      p.heldOut()
          .ifPresent(
              score ->
                  area.mark(
                      Shape.DIAMOND,
                      style + " held-out",
                      px,
                      area.up(score),
                      "%s, held-out questions: %.3f".formatted(p.label(), score)));
    }
  }

  private String title(PlotPoint p) {
    return format(
        "%s: %.1f %% of dense memory, accuracy %.3f", p.label(), share(p) * 100, p.score());
  }

  private void legend(PlotArea area) {
    int x = area.width() - 190;
    int y = area.height() - 118;
    area.mark(Shape.CIRCLE, "found", x, y, "found by the search");
    area.text(x + 12, y + 4, "start", "", "found by the search");
    area.mark(Shape.SQUARE, "uniform", x, y + 20, "every layer alike");
    area.text(x + 12, y + 24, "start", "", "every layer alike");
    area.mark(Shape.CIRCLE, "dense", x, y + 40, "dense");
    area.text(x + 12, y + 44, "start", "", "dense");
  }
}
