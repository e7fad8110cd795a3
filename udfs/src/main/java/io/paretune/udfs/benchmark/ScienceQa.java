package io.paretune.udfs.benchmark;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The questions with an image of ScienceQA (arXiv 2209.09513): one option, named by its letter.
 *
 * @param name the name in configuration and tables
 * @param protocol whose rules read the letter
 */
public record ScienceQa(String name, Protocol protocol) implements Benchmark {
  private static final String LETTERS = "ABCDE";

  /** Any character may follow the letter, but one must. */
  private static final Pattern THE_ANSWER_IS = Pattern.compile("The answer is ([A-Z]).");

  @Override
  public String question(Sample sample) {
    String context = sample.hint().isEmpty() ? "" : "Context: " + sample.hint() + "\n";
    return context + sample.question() + "\n" + Prompts.lettered(sample.options()) + Prompts.LETTER;
  }

  @Override
  public List<String> choices(Sample sample) {
    return Prompts.letters(sample.options().size());
  }

  @Override
  public GenerationRules generation(Sample sample) {
    return switch (protocol) {
      case LLAVA -> Prompts.LLAVA_LETTER;
      case LMMS_EVAL -> Prompts.lmmsEval(16);
    };
  }

  @Override
  public Verdict judge(Sample sample, String text) {
    String right = sample.answers().get(0);
    String stripped = PythonText.strip(text);
    String letter =
        switch (protocol) {
          case LLAVA -> llava(stripped, sample.options().size());
          case LMMS_EVAL -> lmmsEval(stripped, right);
        };
    return Verdict.of(letter, letter.equals(right));
  }

  /** The letter alone, "A. …", or exactly one "The answer is A" with a character behind it. */
  private static String llava(String text, int options) {
    String letter = "";
    if (text.length() == 1 && LETTERS.contains(text)) {
      letter = text;
    } else if (text.length() >= 3
        && LETTERS.indexOf(text.charAt(0)) >= 0
        && text.startsWith(". ", 1)) {
      letter = text.substring(0, 1);
    } else {
      Matcher matcher = THE_ANSWER_IS.matcher(text);
      if (matcher.find()) {
        String found = matcher.group(1);
        letter = matcher.find() ? "" : found;
      }
    }
    int at = letter.isEmpty() ? -1 : LETTERS.indexOf(letter);
    return at >= 0 && at < options ? letter : "";
  }

  /** The letter alone in either case, or an upper-case letter with a full stop behind it. */
  private static String lmmsEval(String text, String right) {
    if (text.equalsIgnoreCase(right)) {
      return right;
    }
    boolean lettered =
        text.length() >= 2 && Character.isUpperCase(text.charAt(0)) && text.charAt(1) == '.';
    return lettered ? text.substring(0, 1) : "";
  }
}
