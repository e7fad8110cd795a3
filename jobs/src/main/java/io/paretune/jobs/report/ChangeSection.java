package io.paretune.jobs.report;

import static io.paretune.jobs.report.Markup.escaped;
import static io.paretune.jobs.report.Markup.format;
import static io.paretune.jobs.report.Markup.percent;
import static io.paretune.jobs.report.Markup.score;
import static io.paretune.jobs.report.Markup.size;

import io.paretune.jobs.frontier.NightText;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierStatus;
import java.util.List;
import java.util.stream.Stream;

/** What changed since the frontier before. */
final class ChangeSection {
  private ChangeSection() {}

  static String html(StudyReport report) {
    if (report.before().isEmpty()) {
      return "<p>This is the study's first frontier: there is nothing to compare it with.</p>\n";
    }
    List<FrontierRecord> fresh =
        report.frontier().stream().filter(p -> p.status() == FrontierStatus.NEW).toList();
    StringBuilder drift = new StringBuilder();
    report
        .night()
        .map(NightText::lines)
        .orElse(List.of())
        .forEach(line -> drift.append("<p>").append(escaped(line)).append(".</p>\n"));
    FrontierRecord before = report.before().get(0);
    double now = report.frontier().get(0).hypervolume();
    String text =
        format(
                "<p>Since %s: %d new, %d kept, %d dropped; hypervolume %.4f, before %.4f"
                    + " (%+.4f).%s</p>\n",
                before.runDate(),
                fresh.size(),
                report.frontier().size() - fresh.size(),
                report.dropped().size(),
                now,
                before.hypervolume(),
                now - before.hypervolume(),
                before.benchmarkVersion().equals(report.frontier().get(0).benchmarkVersion())
                    ? ""
                    : " The benchmark's samples changed in between, so part of this is theirs.")
            + drift;
    if (fresh.isEmpty() && report.dropped().isEmpty()) {
      return text;
    }
    HtmlTable table =
        new HtmlTable(
            "Points that came and went",
            "trial",
            "status",
            "#memory",
            "#of dense",
            "#accuracy",
            "profile");
    Stream.concat(fresh.stream(), report.dropped().stream())
        .forEach(
            p ->
                table.row(
                    String.valueOf(p.trialId()),
                    p.status().key(),
                    size(p.cost().memoryBytes()),
                    percent((double) p.cost().memoryBytes() / p.cost().denseBytes()),
                    score(p.score()),
                    percent(p.cost().meanPruningRatio())
                        + format(" pruned, %.1f KV bits", p.cost().meanKvBits())));
    return text + table.html();
  }
}
