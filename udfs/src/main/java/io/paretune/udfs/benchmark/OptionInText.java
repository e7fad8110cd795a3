package io.paretune.udfs.benchmark;

import java.util.List;
import java.util.Locale;

/**
 * The option that an answer in prose names, by the matching rules of MMBench's evaluation (arXiv
 * 2307.06281, section 4.3; {@code can_infer} of its tool and of lmms-eval): a letter that stands
 * apart, else the only option whose text the answer contains. What these rules cannot tell, the
 * published evaluation gives to a language model; here it is no answer.
 */
final class OptionInText {
  /** E is a letter that evaluation knows as "none of them". */
  private static final List<String> LETTERS = List.of("A", "B", "C", "D", "E");

  /** What may stand before and behind a letter, in the order in which it is looked for. */
  private static final List<String[]> BRACKETS =
      List.of(
          new String[] {"", "."},
          new String[] {"", ","},
          new String[] {"", ":"},
          new String[] {"", ")"},
          new String[] {"", ")."},
          new String[] {"(", ")"},
          new String[] {"(", ")."},
          new String[] {":", ""},
          new String[] {":", ","},
          new String[] {":", "."},
          new String[] {":", ")"},
          new String[] {":", ")."});

  /** Words from which on an "A" may be an article. */
  private static final int SENTENCE = 4;

  private OptionInText() {}

  /** The option's letter, or nothing. */
  static String letter(String answer, List<String> options) {
    List<String> words = PythonText.words(answer);
    String bare = only(words, "", "");
    if (!bare.isEmpty() && !(words.contains("A") && words.size() >= SENTENCE)) {
      return bare;
    }
    for (String[] b : BRACKETS) {
      String bracketed = only(words, b[0], b[1]);
      if (!bracketed.isEmpty()) {
        return bracketed;
      }
    }
    return byText(answer, options);
  }

  /** The letter if exactly one stands among the words in these brackets. */
  private static String only(List<String> words, String before, String behind) {
    List<String> found = LETTERS.stream().filter(l -> words.contains(before + l + behind)).toList();
    return found.size() == 1 ? found.get(0) : "";
  }

  private static String byText(String answer, List<String> options) {
    String lower = answer.toLowerCase(Locale.ROOT);
    String found = "";
    for (int i = 0; i < options.size(); i++) {
      if (lower.contains(options.get(i).toLowerCase(Locale.ROOT))) {
        if (!found.isEmpty()) {
          return "";
        }
        found = LETTERS.get(i);
      }
    }
    return found;
  }
}
