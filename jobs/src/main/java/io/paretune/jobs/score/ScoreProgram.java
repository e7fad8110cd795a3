package io.paretune.jobs.score;

import com.google.gson.JsonObject;
import io.paretune.jobs.ingest.QuestionReader;
import io.paretune.jobs.tables.Sessions;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.problem.Problems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** What {@code score} does; apart from the command, which must load without Spark. */
public final class ScoreProgram {
  /** Rows that an error names. */
  private static final int NAMED = 10;

  private ScoreProgram() {}

  /**
   * The metrics of stored answers.
   *
   * @param samples files of the benchmark
   * @param predictions JSON lines, one a row of the samples
   * @return as {@link Benchmark#report}
   * @throws io.paretune.udfs.problem.InvalidInputException with everything that is wrong with
   *     either
   */
  public static JsonObject run(
      BenchmarkFormat format, Protocol protocol, List<String> samples, Path predictions) {
    Problems problems = new Problems();
    Map<Long, String> texts = Predictions.read(predictions, problems);
    problems.throwIfAny();
    List<Sample> questions;
    try (Sessions.Opened session = Sessions.open("paretune score")) {
      questions = QuestionReader.read(session.spark(), format, samples);
    }
    checkRows(texts, questions.size(), predictions, problems);
    problems.throwIfAny();
    Benchmark benchmark = format.benchmark(format.key(), protocol);
    List<Outcome> outcomes = new ArrayList<>();
    for (int row = 0; row < questions.size(); row++) {
      outcomes.add(benchmark.answered(questions.get(row), texts.getOrDefault((long) row, "")));
    }
    return benchmark.report(Tally.of(outcomes));
  }

  private static void checkRows(
      Map<Long, String> texts, int rows, Path predictions, Problems problems) {
    List<Long> beyond = texts.keySet().stream().filter(row -> row >= rows).sorted().toList();
    List<Long> unanswered =
        LongStream.range(0, rows).filter(row -> !texts.containsKey(row)).boxed().toList();
    if (!beyond.isEmpty()) {
      problems.add(
          predictions.toString(),
          "answers rows that the samples do not have: " + named(beyond),
          "the samples have the rows 0 to " + (rows - 1));
    }
    if (!unanswered.isEmpty()) {
      problems.add(
          predictions.toString(),
          "%d of %d rows have no answer: %s".formatted(unanswered.size(), rows, named(unanswered)),
          "give an empty text where a model said nothing");
    }
  }

  private static String named(List<Long> rows) {
    return rows.stream().limit(NAMED).map(String::valueOf).collect(Collectors.joining(", "))
        + (rows.size() > NAMED ? ", …" : "");
  }
}
