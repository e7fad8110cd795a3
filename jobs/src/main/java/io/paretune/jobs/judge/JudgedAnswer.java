package io.paretune.jobs.judge;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.benchmark.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * An answer to judge.
 *
 * @param id the question's id as recorded answers have it
 * @param benchmark that the question is of
 * @param sample the question
 * @param prediction what the model said; may be empty
 */
public record JudgedAnswer(String id, Benchmark benchmark, Sample sample, String prediction) {

  /**
   * What the answer is worth where the published evaluation asks nobody about it: its rules have
   * found the option that it names, or there is no answer.
   */
  OptionalDouble byRule() {
    if (!asksWhichOption()) {
      return OptionalDouble.empty();
    }
    Verdict verdict = benchmark.judge(sample, prediction);
    return verdict.answer().isEmpty() && !prediction.isBlank()
        ? OptionalDouble.empty()
        : OptionalDouble.of(verdict.credit());
  }

  /** Whether the judge says which option the answer means, not whether it is right. */
  boolean asksWhichOption() {
    return benchmark.asksWhichOption(sample);
  }

  /** The question with its options: a judge cannot know otherwise what a letter stands for. */
  String question() {
    List<String> lines = new ArrayList<>(List.of(sample.question()));
    IntStream.range(0, sample.options().size()).mapToObj(this::lettered).forEach(lines::add);
    return String.join("\n", lines);
  }

  /** The accepted answers, letters with what they stand for. */
  List<String> answers() {
    return sample.answers().stream().map(this::spelledOut).toList();
  }

  private String spelledOut(String answer) {
    int option = answer.length() == 1 ? answer.charAt(0) - 'A' : -1;
    return option >= 0 && option < sample.options().size() ? lettered(option) : answer;
  }

  private String lettered(int option) {
    return (char) ('A' + option) + ". " + sample.options().get(option);
  }
}
