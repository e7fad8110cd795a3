package io.paretune.jobs.frontier;

import io.paretune.jobs.tables.Change;
import io.paretune.jobs.tables.NightRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A night in words. */
public final class NightText {
  private NightText() {}

  /** What was done and what drifted. */
  public static List<String> lines(NightRecord night) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Night of %s: %d points of the earlier frontier scored again, %d candidates tried"
            .formatted(night.runDate(), night.rescored(), night.tried()));
    if (night.previousRunId().isEmpty()) {
      lines.add("The first night: nothing to compare with");
      return lines;
    }
    NightRecord.Questions q = night.questions();
    lines.add(
        q.isUnchanged()
            ? "Benchmark: the same %d questions".formatted(q.common())
            : "Benchmark: %d questions %s, %d new, %d gone, %s"
                .formatted(
                    q.common() - q.changed().orElse(0),
                    q.changed().isPresent() ? "as before" : "of the same ids",
                    q.added(),
                    q.removed(),
                    q.changed().isPresent()
                        ? q.changed().getAsLong() + " edited"
                        : "edited ones unknown: the earlier text is not there any more"));
    lines.add(line("Dense model", night.denseDrift()));
    lines.add(line("The earlier frontier's points", night.scoreDrift()));
    return lines;
  }

  private static String line(String what, Optional<Change> change) {
    return what
        + ": "
        + change
            .map(
                c ->
                    String.format(
                        Locale.ROOT,
                        "accuracy %+.2f points (95 %% interval %+.2f to %+.2f), %s",
                        100 * c.estimate(),
                        100 * c.low(),
                        100 * c.high(),
                        c.isCertain() ? "drifted" : "no drift that is certain"))
            .orElse("not scored both times");
  }
}
