package io.paretune.jobs.report;

import io.paretune.jobs.tables.FrontierRecord;
import java.util.Optional;
import java.util.OptionalDouble;

/** What to take within a memory budget, in one line: memory, latency and accuracy. */
final class BudgetText {
  private BudgetText() {}

  /**
   * The most accurate point within the budget and its three numbers, each as far as it is known.
   *
   * @param bytes the budget
   */
  static String of(StudyReport report, long bytes) {
    Optional<FrontierRecord> found = BudgetSection.recommended(report.frontier(), bytes);
    if (found.isEmpty()) {
      return "Within %s: no profile was found that fits".formatted(Markup.size(bytes));
    }
    FrontierRecord point = found.get();
    String dense =
        report
            .dense()
            .map(
                d ->
                    " (dense: %s, %s)"
                        .formatted(
                            Markup.size(report.denseBytes()),
                            accuracy(d.score().orElseThrow().score(), d.confirmedScore())))
            .orElse("");
    return "Within %s: trial %d takes %s of memory, %s, %s%s"
        .formatted(
            Markup.size(bytes),
            point.trialId(),
            Markup.size(point.cost().memoryBytes()),
            latency(report, point),
            accuracy(point.score(), point.confirmedScore()),
            dense);
  }

  private static String latency(StudyReport report, FrontierRecord point) {
    return report
        .speed(point)
        .map(
            m ->
                Markup.format(
                    "%s s to the first token of %s",
                    Markup.seconds(m.speed().ttftSeconds().median()), MeasuredLoad.of(m)))
        .orElse("latency not measured (measure does that)");
  }

  private static String accuracy(double score, OptionalDouble confirmed) {
    return confirmed.isPresent()
        ? "accuracy " + Markup.score(confirmed.getAsDouble()) + " on held-out questions"
        : "accuracy " + Markup.score(score) + " on the search's own questions";
  }
}
