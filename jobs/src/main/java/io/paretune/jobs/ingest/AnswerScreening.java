package io.paretune.jobs.ingest;

import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.GenericBenchmark;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a row's options and answers, which mean different things to different benchmarks.
 *
 * @param format the benchmark
 * @param reasons takes what is wrong
 */
record AnswerScreening(BenchmarkFormat format, List<String> reasons) {

  /** Notes what keeps an answer to this row from being judged. */
  void check(
      @Nullable List<@Nullable String> options,
      @Nullable List<@Nullable String> answers,
      String metric) {
    if (options == null) {
      reasons.add("options are null");
      return;
    }
    if (options.stream().anyMatch(o -> o == null || o.isBlank())) {
      reasons.add("an option is empty");
    }
    if (answers == null || answers.isEmpty()) {
      reasons.add("answer is null");
      return;
    }
    if (answers.stream().anyMatch(Objects::isNull)) {
      reasons.add("an answer is null");
      return;
    }
    String answer = Objects.requireNonNull(answers.get(0));
    switch (format) {
      case GENERIC -> {
        checkOwn(options, answer);
        checkMetric(metric);
      }
      case POPE, MME -> {
        String plain = answer.strip().toLowerCase(Locale.ROOT).replace(".", "");
        if (!plain.equals("yes") && !plain.equals("no")) {
          reasons.add("answer \"" + answer + "\" is neither yes nor no");
        }
      }
      case SCIENCE_QA, MM_BENCH -> checkLetter(options, answer);
      case TEXT_VQA, VQA_V2, GQA -> {
        if (answers.stream().allMatch(a -> a == null || a.isBlank())) {
          reasons.add("answer is empty");
        }
      }
    }
  }

  private void checkOwn(List<@Nullable String> options, String answer) {
    if (answer.isBlank()) {
      reasons.add("answer is empty");
      return;
    }
    if (options.isEmpty()) {
      return;
    }
    if (new HashSet<>(options).size() < options.size()) {
      reasons.add("an option is given twice: " + options);
    }
    if (!options.contains(answer)) {
      reasons.add("answer \"" + answer + "\" is not among the options " + options);
    }
  }

  private void checkMetric(String metric) {
    List<String> known =
        Arrays.stream(GenericBenchmark.Metric.values()).map(GenericBenchmark.Metric::key).toList();
    if (!metric.isEmpty() && !known.contains(metric)) {
      reasons.add("metric \"" + metric + "\" is none of " + String.join(", ", known));
    }
  }

  private void checkLetter(List<@Nullable String> options, String answer) {
    if (options.size() < 2 || options.size() > 26) {
      reasons.add("has " + options.size() + " options; a choice needs 2 to 26");
      return;
    }
    char last = (char) ('A' + options.size() - 1);
    if (answer.length() != 1 || answer.charAt(0) < 'A' || answer.charAt(0) > last) {
      reasons.add("answer \"" + answer + "\" is no letter from A to " + last);
    }
  }
}
