package io.paretune.jobs.report;

import static io.paretune.jobs.report.Markup.percent;
import static io.paretune.jobs.report.Markup.score;
import static io.paretune.jobs.report.Markup.size;

import io.paretune.jobs.tables.FrontierRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
    boolean timed = report.frontier().stream().anyMatch(p -> report.speed(p).isPresent());
    List<String> columns = new ArrayList<>(List.of("budget", "trial", "may be served"));
    columns.addAll(List.of("#memory", "#accuracy", "#held out", "#change, points"));
    columns.addAll(timed ? List.of("#first token", "profile") : List.of("profile"));
    HtmlTable table =
        new HtmlTable(
            "The most accurate profile within each memory budget", columns.toArray(String[]::new));
    Set<String> refused = new LinkedHashSet<>();
    boolean all = true;
    for (int percent = 100; percent >= STEP_PERCENT; percent -= STEP_PERCENT) {
      long budget = report.denseBytes() * percent / 100;
      Optional<FrontierRecord> point = recommended(report.frontier(), budget);
      if (point.isPresent()) {
        FrontierRecord p = point.get();
        table.row(row(report, p, percent + " % of dense, " + size(budget), timed));
        if (!p.promoted()) {
          refused.add("<li>Trial %d: %s.</li>".formatted(p.trialId(), Markup.escaped(p.gate())));
        }
      }
      all &= point.isPresent();
    }
    return table.html()
        + (refused.isEmpty()
            ? ""
            : "<p>What may not be served, and why:</p>\n<ul>"
                + String.join("", refused)
                + "</ul>\n")
        + (timed ? measured(report) : "")
        + (all ? "<p>" : "<p>Smaller budgets have no profile yet. ")
        + "A trial's profile is the column <code>profile</code> of the table"
        + " <code>frontier</code>.</p>\n";
  }

  private static String[] row(StudyReport report, FrontierRecord p, String budget, boolean timed) {
    List<String> cells = new ArrayList<>();
    cells.add(budget);
    cells.add(String.valueOf(p.trialId()));
    cells.add(p.promoted() ? "yes" : "no");
    cells.add(size(p.cost().memoryBytes()));
    cells.add(score(p.score()));
    cells.add(FrontierSection.heldOut(p.confirmedScore()));
    cells.add(FrontierSection.change(p, report));
    if (timed) {
      cells.add(firstToken(report, p));
    }
    cells.add(
        percent(p.cost().meanPruningRatio())
            + Markup.format(" pruned, %.1f KV bits", p.cost().meanKvBits()));
    return cells.toArray(String[]::new);
  }

  private static String firstToken(StudyReport report, FrontierRecord point) {
    return report
        .speed(point)
        .map(m -> Markup.seconds(m.speed().ttftSeconds().median()) + " s")
        .orElse("not measured");
  }

  /** What the times are of. */
  private static String measured(StudyReport report) {
    return report.frontier().stream()
        .flatMap(p -> report.speed(p).stream())
        .findFirst()
        .map(MeasuredLoad::of)
        .map(load -> "<p>Time to the first token: " + Markup.escaped(load.toString()) + ".</p>\n")
        .orElse("");
  }
}
