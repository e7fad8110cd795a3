package io.paretune.jobs.tune;

import io.paretune.jobs.tables.TrialScore;
import io.paretune.udfs.evaluate.Answering;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The same held-out questions answered in two ways: as the protocol does, and as the search did for
 * less. Where the search's way orders trials as the protocol's does, it was a fair stand-in.
 *
 * @param confirming how the score that counts came about
 * @param searching the search's way
 * @param lines the trials
 */
record AnsweringComparison(Answering confirming, Answering searching, List<Line> lines) {

  /** A trial's two scores. */
  record Line(long trialId, TrialScore confirmed, TrialScore asSearched) {
    double points() {
      return 100 * (confirmed.score() - asSearched.score());
    }

    double points(String benchmark) {
      return 100
          * (confirmed.byBenchmark().getOrDefault(benchmark, Double.NaN)
              - asSearched.byBenchmark().getOrDefault(benchmark, Double.NaN));
    }
  }

  AnsweringComparison {
    lines = List.copyOf(lines);
  }

  /** The comparison in words. */
  String text() {
    StringBuilder out =
        new StringBuilder(
            "Held-out questions answered by %s, and by %s as in the search:\n"
                .formatted(confirming.key(), searching.key()));
    for (Line line : lines) {
      out.append(
          String.format(
              Locale.ROOT,
              "  trial %-5d %.3f   %.3f   %+.1f points%n",
              line.trialId(),
              line.confirmed().score(),
              line.asSearched().score(),
              line.points()));
    }
    for (String benchmark : benchmarks()) {
      out.append(
          String.format(
              Locale.ROOT,
              "  %s: %+.1f points on average%n",
              benchmark,
              lines.stream().mapToDouble(l -> l.points(benchmark)).average().orElse(0)));
    }
    double mean = lines.stream().mapToDouble(Line::points).average().orElse(0);
    Line largest =
        lines.stream().max(Comparator.comparingDouble(l -> Math.abs(l.points()))).orElseThrow();
    return out.append(
            String.format(
                Locale.ROOT,
                "%+.1f points on average, at most %+.1f (trial %d); of %d pairs of trials %d are in"
                    + " the same order.%n",
                mean,
                largest.points(),
                largest.trialId(),
                pairs(),
                agreeing()))
        .toString();
  }

  /** The benchmarks, where there are several. */
  private SortedSet<String> benchmarks() {
    SortedSet<String> names = new TreeSet<>(lines.get(0).confirmed().byBenchmark().keySet());
    return names.size() > 1 ? names : new TreeSet<>();
  }

  private int pairs() {
    return lines.size() * (lines.size() - 1) / 2;
  }

  /** Pairs that both ways put in the same order, ties with ties. */
  private int agreeing() {
    int same = 0;
    for (int i = 0; i < lines.size(); i++) {
      for (int j = 0; j < i; j++) {
        int confirmed =
            Double.compare(lines.get(i).confirmed().score(), lines.get(j).confirmed().score());
        int searched =
            Double.compare(lines.get(i).asSearched().score(), lines.get(j).asSearched().score());
        same += confirmed == searched ? 1 : 0;
      }
    }
    return same;
  }
}
