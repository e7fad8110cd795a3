package io.paretune.jobs.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnsweredSamplesTest {
  /** Two pairs, with a row that cannot be used between them. */
  private static final List<AnsweredSamples.Row> ROWS =
      List.of(row(0, "a", "1"), row(1, "b", "1"), row(3, "c", "2"), row(4, "d", "2"));

  private static final List<AnsweredSamples.RefusedRow> REFUSED =
      List.of(new AnsweredSamples.RefusedRow(2, "x"));

  private static AnsweredSamples.Row row(long number, String id, String group) {
    return new AnsweredSamples.Row(
        number, new Sample("", id, "i", "?", "", List.of(), List.of("yes"), "count", group, ""));
  }

  private static AnsweredSamples of(
      BenchmarkFormat format, AnsweredSamples.Extent extent, Object... questions) {
    Map<StoredAnswers.Question, String> texts = new LinkedHashMap<>();
    for (Object question : questions) {
      texts.put(
          question instanceof Integer row
              ? new StoredAnswers.Question.Row(row)
              : new StoredAnswers.Question.Id((String) question),
          "to " + question);
    }
    Benchmark benchmark = format.benchmark("b", Protocol.LLAVA);
    Problems problems = new Problems();
    AnsweredSamples answered =
        AnsweredSamples.of(
            new StoredAnswers(Path.of("answers.jsonl"), texts),
            ROWS,
            REFUSED,
            benchmark,
            extent,
            problems);
    problems.throwIfAny();
    return answered;
  }

  @Test
  void answersFindTheirQuestionsByRowOrId() {
    AnsweredSamples answered =
        of(BenchmarkFormat.MME, AnsweredSamples.Extent.WHOLE_GROUPS, "d", 2, 3);

    List<String> found = new ArrayList<>();
    answered.answers().forEach(a -> found.add(a.sample().sampleId() + " " + a.text()));
    assertThat(found).containsExactly("d to d", "c to 3");
    assertThat(answered.toRefusedRows()).isEqualTo(1);
    assertThat(
            of(BenchmarkFormat.MME, AnsweredSamples.Extent.EVERY_QUESTION, "a", "b", "c", "d", "x")
                .answers())
        .hasSize(4);
  }

  @Test
  void aGroupIsAnsweredAsAWholeWhereTheMetricCountsIt() {
    for (BenchmarkFormat format : List.of(BenchmarkFormat.MME, BenchmarkFormat.MM_BENCH)) {
      assertThatThrownBy(() -> of(format, AnsweredSamples.Extent.WHOLE_GROUPS, 0, 1, "d"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(
              "answers.jsonl: 1 questions have no answer that count as one with questions that"
                  + " have: c");
    }
    assertThat(of(BenchmarkFormat.GENERIC, AnsweredSamples.Extent.WHOLE_GROUPS, 0).answers())
        .as("its groups are no part of the metric")
        .hasSize(1);
  }

  @Test
  void whatIsMissingUnknownOrTwiceIsSaid() {
    assertThatThrownBy(() -> of(BenchmarkFormat.MME, AnsweredSamples.Extent.EVERY_QUESTION, 0, "a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "answers by row and by id are to one question: sample \"a\"",
            "3 of 4 rows have no answer: 1, 3, 4");
    assertThatThrownBy(() -> of(BenchmarkFormat.MME, AnsweredSamples.Extent.WHOLE_GROUPS, 5, "e"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "2 of 2 answers are of no question in the samples: row 5, sample \"e\"",
            "these have the rows 0 to 4");
  }
}
