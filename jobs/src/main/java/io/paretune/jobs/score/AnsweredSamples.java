package io.paretune.jobs.score;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.problem.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stored answers with the questions that they answer.
 *
 * @param answers in the order of their file
 * @param toRefusedRows how many others are to rows that cannot be used: nobody can judge them
 */
public record AnsweredSamples(List<Answer> answers, long toRefusedRows) {
  /** Questions that an error names. */
  private static final int NAMED = 10;

  /** One answer. */
  public record Answer(Sample sample, String text) {}

  /**
   * A question and its place.
   *
   * @param number among all rows of the samples, from 0
   */
  public record Row(long number, Sample sample) {}

  /**
   * A row that cannot be used.
   *
   * @param sampleId may be empty
   */
  public record RefusedRow(long number, String sampleId) {}

  /** How many of the questions must be answered. */
  public enum Extent {
    EVERY_QUESTION,
    /** Any of them, but of those that a metric counts as one all or none. */
    WHOLE_GROUPS
  }

  public AnsweredSamples {
    answers = List.copyOf(answers);
  }

  /**
   * Finds the question of each answer.
   *
   * @param rows that can be used
   * @param refused the others
   * @param benchmark of the questions
   * @param problems takes answers to other questions, to one question twice, and what is missing
   */
  public static AnsweredSamples of(
      StoredAnswers stored,
      List<Row> rows,
      List<RefusedRow> refused,
      Benchmark benchmark,
      Extent extent,
      Problems problems) {
    Finder finder = new Finder(rows, refused);
    Map<Long, String> answered = new TreeMap<>();
    List<Answer> answers = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    List<String> twice = new ArrayList<>();
    long toRefused = 0;
    for (Map.Entry<StoredAnswers.Question, String> entry : stored.texts().entrySet()) {
      StoredAnswers.Question question = entry.getKey();
      @Nullable Row row = finder.find(question);
      if (row != null) {
        answers.add(new Answer(row.sample(), entry.getValue()));
        if (answered.put(row.number(), question.toString()) != null) {
          twice.add(question.toString());
        }
      } else if (finder.isRefused(question)) {
        toRefused++;
      } else {
        unknown.add(question.toString());
      }
    }
    String file = stored.file().toString();
    if (!unknown.isEmpty()) {
      problems.add(
          file,
          "%d of %d answers are of no question in the samples: %s"
              .formatted(unknown.size(), stored.texts().size(), named(unknown)),
          "give the samples that they are for; these have the rows 0 to "
              + (rows.size() + refused.size() - 1));
    }
    if (!twice.isEmpty()) {
      problems.add(file, "answers by row and by id are to one question: " + named(twice));
    }
    if (unknown.isEmpty()) {
      switch (extent) {
        case EVERY_QUESTION -> requireAll(file, rows, answered.keySet(), problems);
        case WHOLE_GROUPS -> requireGroups(file, rows, answered.keySet(), benchmark, problems);
      }
    }
    return new AnsweredSamples(answers, toRefused);
  }

  private static void requireAll(
      String file, List<Row> rows, Set<Long> answered, Problems problems) {
    List<String> missing =
        rows.stream()
            .map(Row::number)
            .filter(row -> !answered.contains(row))
            .map(String::valueOf)
            .toList();
    if (!missing.isEmpty()) {
      problems.add(
          file,
          "%d of %d rows have no answer: %s".formatted(missing.size(), rows.size(), named(missing)),
          "give an empty text where a model said nothing");
    }
  }

  /** A group of which a part is answered would be easier than it is. */
  private static void requireGroups(
      String file, List<Row> rows, Set<Long> answered, Benchmark benchmark, Problems problems) {
    Set<AnswerGroup> begun =
        rows.stream()
            .filter(row -> answered.contains(row.number()))
            .flatMap(row -> AnswerGroup.of(benchmark, row.sample()).stream())
            .collect(Collectors.toSet());
    List<Row> missing =
        rows.stream()
            .filter(row -> !answered.contains(row.number()))
            .filter(
                row -> AnswerGroup.of(benchmark, row.sample()).filter(begun::contains).isPresent())
            .toList();
    if (!missing.isEmpty()) {
      problems.add(
          file,
          "%d questions have no answer that count as one with questions that have: %s"
              .formatted(
                  missing.size(),
                  named(missing.stream().map(row -> row.sample().sampleId()).toList())),
          "answer all of a group (MME's pairs, MMBench's rotations) or none");
    }
  }

  private static String named(List<String> questions) {
    return Stream.concat(
            questions.stream().limit(NAMED), Stream.of("…").limit(questions.size() > NAMED ? 1 : 0))
        .collect(Collectors.joining(", "));
  }

  /** Rows by what answers call them. */
  private static final class Finder {
    private final Map<Long, Row> byNumber = new HashMap<>();
    private final Map<String, Row> byId = new HashMap<>();
    private final Set<StoredAnswers.Question> refused = new HashSet<>();

    Finder(List<Row> rows, List<RefusedRow> refusedRows) {
      for (Row row : rows) {
        byNumber.put(row.number(), row);
        byId.put(row.sample().sampleId(), row);
      }
      for (RefusedRow row : refusedRows) {
        refused.add(new StoredAnswers.Question.Row(row.number()));
        refused.add(new StoredAnswers.Question.Id(row.sampleId()));
      }
    }

    @Nullable Row find(StoredAnswers.Question question) {
      return question instanceof StoredAnswers.Question.Row row
          ? byNumber.get(row.number())
          : byId.get(((StoredAnswers.Question.Id) question).sampleId());
    }

    boolean isRefused(StoredAnswers.Question question) {
      return refused.contains(question);
    }
  }
}
