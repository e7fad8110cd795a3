package io.paretune.jobs.judge;

import io.paretune.jobs.score.AnswerGroup;
import io.paretune.jobs.tables.JudgementRecord;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Estimate;
import io.paretune.udfs.benchmark.Grouping;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.benchmark.WeightedBenchmarks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What answers are worth: by the published evaluation's own rules where it has rules and they tell,
 * else by the judge. Where one wrong answer loses a question in all its forms (MMBench's rotations)
 * the judge is asked about one form after the other and no further than that.
 *
 * @param grades of each model's answers, in their order
 * @param judged different answers that were graded now
 * @param judgedBefore different answers that had been graded before
 */
record Grading(List<List<Grade>> grades, int judged, int judgedBefore) {

  /** Who says what an answer is worth. */
  enum By {
    /** The published evaluation's rules. */
    RULE("by_rule"),
    JUDGE("by_judge"),
    /** Nobody was asked: another form of the question is answered wrong. */
    GROUP("by_group");

    private final String key;

    By(String key) {
      this.key = key;
    }

    /** The name in results. */
    String key() {
      return key;
    }
  }

  /**
   * One answer's.
   *
   * @param score in [0, 1]; empty where nobody was asked, which counts 0
   * @param reply the judge's own words; empty if it was not asked
   */
  record Grade(OptionalDouble score, String reply, By by) {}

  Grading {
    grades = grades.stream().map(List::copyOf).toList();
  }

  /** An answer's place, and the questions that are lost with it. */
  private record Open(int model, int place, JudgedAnswer answer, Optional<AnswerGroup> group) {}

  /** A model's group. */
  private record Lot(int model, AnswerGroup group) {}

  /**
   * Grades the answers of some models.
   *
   * @throws io.paretune.udfs.problem.InvalidInputException as {@link Judging#run}
   * @throws EndpointException likewise
   */
  static Grading of(List<List<JudgedAnswer>> answers, Judging judging) throws InterruptedException {
    List<List<Grade>> grades = new ArrayList<>();
    List<Open> open = new ArrayList<>();
    Set<Lot> lost = new HashSet<>();
    for (int model = 0; model < answers.size(); model++) {
      List<Grade> own = new ArrayList<>();
      grades.add(own);
      for (JudgedAnswer answer : answers.get(model)) {
        Optional<AnswerGroup> group =
            answer.benchmark().grouping(answer.sample()) == Grouping.ONLY_TOGETHER
                ? AnswerGroup.of(answer.benchmark(), answer.sample())
                : Optional.empty();
        OptionalDouble byRule = answer.byRule();
        if (byRule.isEmpty()) {
          open.add(new Open(model, own.size(), answer, group));
        } else if (byRule.getAsDouble() < 1 && group.isPresent()) {
          lost.add(new Lot(model, group.get()));
        }
        own.add(new Grade(byRule, "", byRule.isPresent() ? By.RULE : By.GROUP));
      }
    }
    int judged = 0;
    int judgedBefore = 0;
    while (!open.isEmpty()) {
      List<Open> round = new ArrayList<>();
      open = later(open, lost, round);
      if (round.isEmpty()) {
        break;
      }
      Judging.Result result = judging.run(round.stream().map(Open::answer).toList());
      for (int i = 0; i < round.size(); i++) {
        Open asked = round.get(i);
        JudgementRecord judgement = result.judgements().get(i);
        grades
            .get(asked.model())
            .set(
                asked.place(),
                new Grade(OptionalDouble.of(judgement.score()), judgement.reply(), By.JUDGE));
        if (judgement.score() < 1) {
          asked.group().ifPresent(group -> lost.add(new Lot(asked.model(), group)));
        }
      }
      judged += result.judged();
      judgedBefore += result.fromTable();
    }
    return new Grading(grades, judged, judgedBefore);
  }

  /**
   * Those that are asked about later, if at all.
   *
   * @param round takes those to ask about now: of each group that is not lost the first
   */
  private static List<Open> later(List<Open> open, Set<Lot> lost, List<Open> round) {
    List<Open> later = new ArrayList<>();
    Set<Lot> begun = new HashSet<>();
    for (Open next : open) {
      Optional<Lot> lot = next.group().map(group -> new Lot(next.model(), group));
      if (lot.filter(lost::contains).isEmpty()) {
        (lot.isEmpty() || begun.add(lot.get()) ? round : later).add(next);
      }
    }
    return later;
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
          answer
              .benchmark()
              .recorded(answer.sample(), answer.prediction(), grades.get(i).score().orElse(0)));
    }
    List<WeightedBenchmarks.Part> parts =
        benchmarks.values().stream()
            .map(b -> new WeightedBenchmarks.Part(b, weight.applyAsDouble(b.name())))
            .toList();
    return new WeightedBenchmarks(parts).score(Tally.of(outcomes));
  }
}
