package io.paretune.jobs.judge;

import io.paretune.jobs.tables.JudgementRecord;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Estimate;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.benchmark.WeightedBenchmarks;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What answers are worth: by the published evaluation's own rules where it has rules and they tell,
 * else by the judge.
 *
 * @param grades one an answer, in their order
 * @param judged different answers that were graded now
 * @param judgedBefore different answers that had been graded before
 */
record Grading(List<Grade> grades, int judged, int judgedBefore) {

  /**
   * One answer's.
   *
   * @param score in [0, 1]
   * @param reply the judge's own words; empty if it was not asked
   */
  record Grade(double score, String reply, boolean byRule) {}

  Grading {
    grades = List.copyOf(grades);
  }

  /**
   * Grades answers.
   *
   * @throws io.paretune.udfs.problem.InvalidInputException as {@link Judging#run}
   * @throws EndpointException likewise
   */
  static Grading of(List<JudgedAnswer> answers, Judging judging) throws InterruptedException {
    Judging.Result result =
        judging.run(answers.stream().filter(a -> a.byRule().isEmpty()).toList());
    Iterator<JudgementRecord> judgements = result.judgements().iterator();
    List<Grade> grades = new ArrayList<>();
    for (JudgedAnswer answer : answers) {
      OptionalDouble byRule = answer.byRule();
      if (byRule.isPresent()) {
        grades.add(new Grade(byRule.getAsDouble(), "", true));
      } else {
        JudgementRecord judgement = judgements.next();
        grades.add(new Grade(judgement.score(), judgement.reply(), false));
      }
    }
    return new Grading(grades, result.judged(), result.fromTable());
  }

  /**
   * The benchmarks' own metrics of the grades, by their weights; clustered by image as every score.
   *
   * @param grades one an answer
   * @param weight of a benchmark, by its name
   */
  static Estimate score(
      List<JudgedAnswer> answers, List<Grade> grades, ToDoubleFunction<String> weight) {
    List<Outcome> outcomes = new ArrayList<>();
    SortedMap<String, Benchmark> benchmarks = new TreeMap<>();
    for (int i = 0; i < answers.size(); i++) {
      JudgedAnswer answer = answers.get(i);
      benchmarks.put(answer.benchmark().name(), answer.benchmark());
      outcomes.add(
          answer.benchmark().recorded(answer.sample(), answer.prediction(), grades.get(i).score()));
    }
    List<WeightedBenchmarks.Part> parts =
        benchmarks.values().stream()
            .map(b -> new WeightedBenchmarks.Part(b, weight.applyAsDouble(b.name())))
            .toList();
    return new WeightedBenchmarks(parts).score(Tally.of(outcomes));
  }
}
