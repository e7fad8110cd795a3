package io.paretune.udfs.benchmark;

import com.google.gson.JsonObject;

/** Metrics that are the mean of the answers' credit. */
final class Means {
  private Means() {}

  /** Share of the possible credit. */
  static RatioSum ratios(Tally tally) {
    return tally.cells().isEmpty() ? new RatioSum() : new RatioSum().with("mean", 1, sums(tally));
  }

  static RatioSum.Sums sums(Tally tally) {
    RatioSum.Sums sums = new RatioSum.Sums();
    tally
        .cells()
        .forEach(
            (cell, counts) ->
                sums.add(cell.imageId(), counts.credit(), (double) counts.questions()));
    return sums;
  }

  static double of(Tally tally) {
    Tally.Counts total = tally.total();
    return total.credit() / (double) total.questions();
  }

  /** Nothing but the mean. */
  static JsonObject report(Tally tally) {
    JsonObject report = new JsonObject();
    report.addProperty("accuracy", of(tally));
    return report;
  }
}
