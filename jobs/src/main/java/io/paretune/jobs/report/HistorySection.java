package io.paretune.jobs.report;

import static io.paretune.jobs.report.Markup.format;
import static io.paretune.jobs.report.Markup.pixels;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.paretune.jobs.frontier.FrontierBuilder;
import io.paretune.jobs.report.PlotArea.Shape;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How the frontier grew: its hypervolume after each trial. */
final class HistorySection {
  private HistorySection() {}

  static String html(StudyReport report) {
    List<TrialRecord> trials = report.complete();
    List<Double> volumes = FrontierBuilder.growth(trials);
    double last = volumes.get(volumes.size() - 1);
    PlotArea area =
        PlotArea.of(
            440,
            260,
            12,
            format(
                "Hypervolume of the frontier after each of %d trials, ending at %.4f",
                trials.size(), last),
            "",
            Axis.covering(List.of(1.0, (double) Math.max(2, trials.size()))),
            Axis.covering(volumes));
    area.axes(
        "trials",
        tick -> format("%.0f", tick),
        "hypervolume",
        tick -> format(area.y().step() < 0.01 ? "%.3f" : "%.2f", tick));
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < trials.size(); i++) {
      double x = area.across(i + 1);
      double y = area.up(volumes.get(i));
      path.append(i == 0 ? "M" + pixels(x) + " " + pixels(y) : " H" + pixels(x) + " V" + pixels(y));
    }
    area.path("found", path.toString());
    HtmlTable moved =
        new HtmlTable(
            "Trials that moved the hypervolume", "after", "trial", "#hypervolume", "proposed by");
    for (int i = 0; i < trials.size(); i++) {
      if (i == 0 || volumes.get(i) > volumes.get(i - 1)) {
        TrialRecord t = trials.get(i);
        boolean uniform = t.origin() == TrialOrigin.UNIFORM;
        area.mark(
            uniform ? Shape.SQUARE : Shape.CIRCLE,
            uniform ? "uniform" : "found",
            area.across(i + 1),
            area.up(volumes.get(i)),
            format("trial %d: hypervolume %.4f", t.trialId(), volumes.get(i)));
        moved.row(
            i + 1 + (i == 0 ? " trial" : " trials"),
            String.valueOf(t.trialId()),
            format("%.4f", volumes.get(i)),
            t.origin().key());
      }
    }
    return """
    <figure>
    %s<figcaption>The share of the rectangle from (dense memory, chance) to (0, 1) that the trials so far dominate;
    marks are trials that moved it: %s searched, %s uniform.</figcaption>
    </figure>
    %s%s\
    """
        .formatted(
            area.svg(),
            Shape.CIRCLE.icon("found"),
            Shape.SQUARE.icon("uniform"),
            moved.alternative(),
            counts(report));
  }

  private static String counts(StudyReport report) {
    Map<String, Map<TrialState, Long>> byOrigin =
        report.trials().stream()
            .collect(
                groupingBy(
                    t -> t.origin().key(),
                    TreeMap::new,
                    groupingBy(TrialRecord::state, counting())));
    HtmlTable table =
        new HtmlTable(
            "Trials by origin and state", "origin", "#running", "#complete", "#stopped", "#failed");
    byOrigin.forEach(
        (origin, n) ->
            table.row(
                origin,
                String.valueOf(n.getOrDefault(TrialState.RUNNING, 0L)),
                String.valueOf(n.getOrDefault(TrialState.COMPLETE, 0L)),
                String.valueOf(n.getOrDefault(TrialState.STOPPED, 0L)),
                String.valueOf(n.getOrDefault(TrialState.FAILED, 0L))));
    return table.html();
  }
}
