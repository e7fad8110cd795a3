package io.paretune.udfs.benchmark;

import java.util.regex.Pattern;

/**
 * GQA (arXiv 1902.09506): one right answer, compared as a whole. {@code llava} drops full stops at
 * the end and case of what was answered; lmms-eval drops all ASCII punctuation and case of both.
 *
 * @param name the name in configuration and tables
 * @param protocol whose rules judge
 */
public record Gqa(String name, Protocol protocol) implements Benchmark {
  private static final Pattern FULL_STOPS_AT_END = Pattern.compile("\\.+\\z");
  private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}"); // ASCII, 32 marks

  @Override
  public String question(Sample sample) {
    return sample.question() + Prompts.SHORT;
  }

  @Override
  public GenerationRules generation(Sample sample) {
    return Prompts.shortAnswer(protocol, 16);
  }

  @Override
  public Verdict judge(Sample sample, String text) {
    String stripped = PythonText.strip(text);
    String right = sample.answers().get(0);
    return switch (protocol) {
      case LLAVA -> {
        String given = PythonText.lower(FULL_STOPS_AT_END.matcher(stripped).replaceAll(""));
        yield Verdict.of(given, given.equals(right));
      }
      case LMMS_EVAL -> {
        String given = withoutPunctuation(stripped);
        yield Verdict.of(given, given.equals(withoutPunctuation(right)));
      }
    };
  }

  private static String withoutPunctuation(String text) {
    return PUNCTUATION.matcher(PythonText.lower(text)).replaceAll("");
  }
}
