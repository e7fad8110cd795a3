package io.paretune.udfs.benchmark;

import java.util.Locale;

/**
 * The project's own samples format (DESIGN.md, Samples file): the question as it stands; generated
 * text must be an accepted answer but for case, surrounding space and a final full stop.
 *
 * @param name the name in configuration and tables
 */
public record GenericBenchmark(String name) implements Benchmark {

  @Override
  public String question(Sample sample) {
    return sample.question();
  }

  @Override
  public boolean isCorrect(Sample sample, String text) {
    String given = normalized(text);
    return sample.answers().stream().anyMatch(a -> normalized(a).equals(given));
  }

  private static String normalized(String answer) {
    String s = answer.strip().toLowerCase(Locale.ROOT);
    return s.endsWith(".") ? s.substring(0, s.length() - 1).strip() : s;
  }
}
