package io.paretune.jobs.report;

import static io.paretune.jobs.report.Markup.points;
import static io.paretune.jobs.report.Markup.score;

import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.HeldOut;
import io.paretune.jobs.tables.TrialRecord;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the search's way of answering costs: held-out questions answered as the benchmark's protocol
 * asks, and as in the search.
 */
final class AnsweringTable {
  private AnsweringTable() {}

  /** Nothing where no confirmed trial of the frontier scores differently in the two ways. */
  static String html(StudyReport report) {
    Set<Long> shown =
        Stream.concat(
                report.frontier().stream().map(FrontierRecord::trialId),
                report.dense().stream().map(TrialRecord::trialId))
            .collect(Collectors.toSet());
    List<TrialRecord> confirmed =
        report.trials().stream()
            .filter(t -> shown.contains(t.trialId()) && t.heldOut().isPresent())
            .toList();
    List<HeldOut> scores = confirmed.stream().map(t -> t.heldOut().orElseThrow()).toList();
    if (scores.stream().allMatch(s -> s.score() == s.asSearched())) {
      return "";
    }
    HtmlTable table =
        new HtmlTable(
            "Held-out questions answered in two ways",
            "trial",
            "answered by",
            "#held out",
            "#answered as in the search",
            "#difference, points");
    for (TrialRecord trial : confirmed) {
      HeldOut own = trial.heldOut().orElseThrow();
      table.row(
          String.valueOf(trial.trialId()),
          own.answering().key(),
          score(own.score()),
          score(own.asSearched()),
          points(own.score() - own.asSearched()));
    }
    double mean = scores.stream().mapToDouble(s -> s.score() - s.asSearched()).average().orElse(0);
    return """
    <p>The search had questions answered in another way than held-out ones are answered. On the same held-out questions
    that makes a difference of %s points on average.</p>
    %s\
    """
        .formatted(points(mean), table.html());
  }
}
