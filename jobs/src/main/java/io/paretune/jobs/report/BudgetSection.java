package io.paretune.jobs.report;

import static io.paretune.jobs.report.Markup.percent;
import static io.paretune.jobs.report.Markup.score;
import static io.paretune.jobs.report.Markup.size;

import io.paretune.jobs.tables.FrontierRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** For each memory budget, the profile to take. */
final class BudgetSection {
  private static final int STEP_PERCENT = 10;

  private BudgetSection() {}

  /**
   * The most accurate point that fits: on held-out questions if every point that fits has answered
   * them, on the search's otherwise; of equals the smallest.
   *
   * @param points of a frontier
   * @param bytes the budget
   */
  static Optional<FrontierRecord> recommended(List<FrontierRecord> points, long bytes) {
    List<FrontierRecord> fitting =
        points.stream().filter(p -> p.cost().memoryBytes() <= bytes).toList();
    boolean confirmed = fitting.stream().allMatch(p -> p.confirmedScore().isPresent());
    return fitting.stream()
        .max(
            Comparator.comparingDouble(
                    (FrontierRecord p) -> confirmed ? p.confirmedScore().orElseThrow() : p.score())
                .thenComparing(p -> -p.cost().memoryBytes()));
  }

  static String html(StudyReport report) {
    HtmlTable table =
        new HtmlTable(
            "The most accurate profile within each memory budget",
            "budget",
            "trial",
            "#memory",
            "#accuracy",
            "#held out",
            "#change, points",
            "#first token",
            "profile",
            "may be served");
    for (int percent = 100; percent >= STEP_PERCENT; percent -= STEP_PERCENT) {
      long budget = report.denseBytes() * percent / 100;
      Optional<FrontierRecord> point = recommended(report.frontier(), budget);
      if (point.isPresent()) {
        FrontierRecord p = point.get();
        table.row(
            percent + " % of dense, " + size(budget),
            String.valueOf(p.trialId()),
            size(p.cost().memoryBytes()),
            score(p.score()),
            FrontierSection.heldOut(p.confirmedScore()),
            FrontierSection.change(p, report),
            firstToken(report, p),
            percent(p.cost().meanPruningRatio())
                + Markup.format(" pruned, %.1f KV bits", p.cost().meanKvBits()),
            p.promoted() ? "yes" : "no: " + p.gate());
      }
    }
    return table.html()
        + measured(report)
        + "<p>Smaller budgets have no profile yet. A trial's profile is the column"
        + " <code>profile</code> of the table <code>frontier</code>.</p>\n";
  }

  private static String firstToken(StudyReport report, FrontierRecord point) {
    return report
        .speed(point)
        .map(m -> Markup.seconds(m.speed().ttftSeconds().median()) + " s")
        .orElse("not measured");
  }

  /** What the times are of: on which devices, and of how many requests. */
  private static String measured(StudyReport report) {
    String how =
        report.frontier().stream()
            .flatMap(p -> report.speed(p).stream())
            .map(
                m ->
                    Markup.escaped(
                        Markup.format(
                            "on %s in %s, batch %d",
                            m.device(), m.settings().type().key(), m.settings().batch())))
            .distinct()
            .collect(Collectors.joining("; "));
    return how.isEmpty() ? "" : "<p>Time to the first token: measured " + how + ".</p>\n";
  }
}
