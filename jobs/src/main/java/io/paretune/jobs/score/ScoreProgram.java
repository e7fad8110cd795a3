package io.paretune.jobs.score;

import com.google.gson.JsonObject;
import io.paretune.jobs.ingest.QuestionReader;
import io.paretune.jobs.tables.Sessions;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.problem.Problems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code score} does; apart from the command, which must load without Spark. */
public final class ScoreProgram {
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
    StoredAnswers stored = StoredAnswers.read(predictions, problems);
    requireKnown(format, stored, problems);
    problems.throwIfAny();
    List<AnsweredSamples.Row> rows = new ArrayList<>();
    try (Sessions.Opened session = Sessions.open("paretune score")) {
      for (Sample question : QuestionReader.read(session.spark(), format, samples)) {
        rows.add(new AnsweredSamples.Row(rows.size(), question));
      }
    }
    Benchmark benchmark = format.benchmark(format.key(), protocol);
    AnsweredSamples answered =
        AnsweredSamples.of(
            stored, rows, List.of(), benchmark, AnsweredSamples.Extent.EVERY_QUESTION, problems);
    problems.throwIfAny();
    return benchmark.report(
        Tally.of(
            answered.answers().stream()
                .map(answer -> benchmark.answered(answer.sample(), answer.text()))
                .toList()));
  }

  /** Rows without an id have one only with their image, which is not read here. */
  private static void requireKnown(
      BenchmarkFormat format, StoredAnswers stored, Problems problems) {
    if (format == BenchmarkFormat.SCIENCE_QA
        && stored.texts().keySet().stream().anyMatch(StoredAnswers.Question.Id.class::isInstance)) {
      problems.add(
          stored.file().toString(),
          "names questions by ids, which ScienceQA's rows do not have",
          "name them by \"row\"");
    }
  }
}
