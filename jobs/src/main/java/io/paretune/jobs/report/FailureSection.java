package io.paretune.jobs.report;

import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.TrialRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Trials that went wrong, and why. */
final class FailureSection {
  private static final int MOST_ROWS = 50;

  private FailureSection() {}

  static String html(StudyReport report) {
    List<TrialRecord> failed =
        new ArrayList<>(
            report.trials().stream().filter(t -> t.state() == TrialState.FAILED).toList());
    if (failed.isEmpty()) {
      return "<p>No trial failed.</p>\n";
    }
    Collections.reverse(failed);
    HtmlTable table =
        new HtmlTable(
            failed.size() == 1 ? "1 trial failed" : failed.size() + " trials failed, latest first",
            "trial",
            "why",
            "profile");
    failed.stream()
        .limit(MOST_ROWS)
        .forEach(
            t ->
                table.row(
                    String.valueOf(t.trialId()),
                    t.reason(),
                    Markup.percent(t.cost().meanPruningRatio())
                        + Markup.format(" pruned, %.1f KV bits", t.cost().meanKvBits())));
    return table.html()
        + (failed.size() > MOST_ROWS
            ? "<p>The others are in the table <code>trials</code>, state <code>failed</code>.</p>\n"
            : "");
  }
}
