package io.paretune.jobs.report;

import static io.paretune.jobs.report.Markup.percent;
import static io.paretune.jobs.report.Markup.points;
import static io.paretune.jobs.report.Markup.score;
import static io.paretune.jobs.report.Markup.size;

import io.paretune.jobs.frontier.FrontierBuilder;
import io.paretune.jobs.report.PlotArea.Shape;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The frontier with its confidence, beside the dense model and the uniform profiles. */
final class FrontierSection {
  private FrontierSection() {}

  static String html(StudyReport report) {
    FrontierPlot plot =
        new FrontierPlot(
            "Memory and accuracy of " + report.study(),
            "accuracy",
            report.denseBytes(),
            report.dense().map(t -> point("dense", t)),
            report.frontier().stream().map(FrontierSection::point).toList(),
            FrontierBuilder.nonDominated(report.uniform()).stream()
                .map(t -> point("uniform, trial " + t.trialId(), t))
                .toList());
    return """
    <figure>
    %s<figcaption>%s the frontier · %s the best of those that treat every layer alike · %s dense · %s a point on held-out
    questions. Whiskers are 95 %% intervals over the questions that the search saw, clustered by image; its
    points were picked for that score, which flatters them, so read the held-out ones where they are given.</figcaption>
    </figure>
    %s\
    """
        .formatted(
            plot.figure(),
            Shape.CIRCLE.icon("found"),
            Shape.SQUARE.icon("uniform"),
            Shape.CIRCLE.icon("dense"),
            Shape.DIAMOND.icon("found held-out"),
            table(report) + AnsweringTable.html(report));
  }

  private static PlotPoint point(FrontierRecord p) {
    return new PlotPoint(
        "trial " + p.trialId(),
        p.cost().memoryBytes(),
        p.score(),
        p.scoreLow(),
        p.scoreHigh(),
        p.confirmedScore());
  }

  private static PlotPoint point(String label, TrialRecord trial) {
    TrialScore score = trial.score().orElseThrow();
    return new PlotPoint(
        label,
        trial.cost().memoryBytes(),
        score.score(),
        score.low(),
        score.high(),
        trial.confirmedScore());
  }

  private static String table(StudyReport report) {
    HtmlTable table =
        new HtmlTable(
            "The frontier's points",
            "trial",
            "#memory",
            "#of dense",
            "#accuracy",
            "95 % interval",
            "#held out",
            "#change, points",
            "#pruned",
            "by",
            "#KV bits",
            "proposed by",
            "status");
    Map<Long, String> origins =
        report.trials().stream()
            .collect(Collectors.toMap(TrialRecord::trialId, t -> t.origin().key()));
    for (FrontierRecord p : report.frontier()) {
      table.row(
          String.valueOf(p.trialId()),
          size(p.cost().memoryBytes()),
          percent((double) p.cost().memoryBytes() / p.cost().denseBytes()),
          score(p.score()),
          score(p.scoreLow()) + " to " + score(p.scoreHigh()),
          heldOut(p.confirmedScore()),
          change(p, report),
          percent(p.cost().meanPruningRatio()),
          p.profile().prunes() ? p.profile().criterion().key() : "",
          Markup.format("%.1f", p.cost().meanKvBits()),
          origins.getOrDefault(p.trialId(), ""),
          p.status().key());
    }
    return table.html();
  }

  static String heldOut(OptionalDouble confirmed) {
    return confirmed.isPresent() ? score(confirmed.getAsDouble()) : "not yet";
  }

  /** Against the dense model, on held-out questions where both have answered them. */
  static String change(FrontierRecord point, StudyReport report) {
    return report
        .dense()
        .map(
            dense ->
                point.confirmedScore().isPresent() && dense.confirmedScore().isPresent()
                    ? points(
                        point.confirmedScore().getAsDouble() - dense.confirmedScore().getAsDouble())
                    : points(point.score() - dense.score().orElseThrow().score()))
        .orElse("");
  }
}
