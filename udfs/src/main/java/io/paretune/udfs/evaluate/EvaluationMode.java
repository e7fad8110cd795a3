package io.paretune.udfs.evaluate;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Sample;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** How questions are answered. */
public enum EvaluationMode {
  /** The option whose tokens are likeliest. */
  OPTIONS,
  /** Greedy generation, judged by its text. */
  GENERATE,
  /** As the benchmark's published evaluation does, question by question. */
  PROTOCOL;

  /** The name in configuration, on the command line and in tables. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The mode of that name. */
  public static EvaluationMode ofKey(String key) {
    return Arrays.stream(values())
        .filter(mode -> mode.key().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no way of answering is \"" + key + "\""));
  }

  /** Whether the answer to a question is generated. */
  public boolean generates(Benchmark benchmark, Sample sample) {
    return switch (this) {
      case OPTIONS -> false;
      case GENERATE -> true;
      case PROTOCOL -> benchmark.generates(sample);
    };
  }

  /** The plainest mode that comes to the same for these questions. */
  public EvaluationMode on(Benchmark benchmark, Collection<Sample> samples) {
    long generated = samples.stream().filter(s -> generates(benchmark, s)).count();
    return generated == 0 ? OPTIONS : generated == samples.size() ? GENERATE : this;
  }
}
