package io.paretune.udfs.benchmark;

import java.util.List;
import java.util.Locale;

/**
 * The project's own samples format (README, Benchmarks and their files): the question as it stands.
 * An option must be an accepted answer to the letter; generated text must be one but for case,
 * surrounding space and a final full stop, or is judged as the sample's metric says.
 *
 * @param name the name in configuration and tables
 */
public record GenericBenchmark(String name) implements Benchmark {
  private static final GenerationRules RULES = GenerationRules.upTo(32);

  /** How generated text is judged. */
  public enum Metric {
    /** It is an accepted answer, but for case, surrounding space and a final full stop. */
    EXACT,
    /** Agreement with several annotators, as {@link TextVqa}. */
    VQA;

    /** The name in samples files. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public String question(Sample sample) {
    return sample.question();
  }

  @Override
  public List<String> choices(Sample sample) {
    return sample.options();
  }

  @Override
  public boolean generates(Sample sample) {
    return sample.options().isEmpty();
  }

  @Override
  public GenerationRules generation(Sample sample) {
    return RULES;
  }

  @Override
  public Verdict judge(Sample sample, String text) {
    if (sample.metric().equals(Metric.VQA.key())) {
      String given = VqaAnswers.normalized(text);
      return new Verdict(
          given,
          VqaAnswers.agreement(
              given, sample.answers().stream().map(VqaAnswers::normalized).toList()));
    }
    String given = normalized(text);
    return Verdict.of(given, sample.answers().stream().anyMatch(a -> normalized(a).equals(given)));
  }

  @Override
  public Verdict judgeChoice(Sample sample, String choice) {
    return Verdict.of(choice, sample.answers().contains(choice));
  }

  private static String normalized(String answer) {
    String s = PythonText.lower(answer.strip());
    return s.endsWith(".") ? s.substring(0, s.length() - 1).strip() : s;
  }
}
