package io.paretune.udfs.benchmark;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the published prompts say after a question. */
final class Prompts {
  static final String SHORT = "\nAnswer the question using a single word or phrase.";
  static final String LETTER = "\nAnswer with the option's letter from the given choices directly.";

  /** Tokens that LLaVA's scripts allow an answer: model_vqa_loader.py. */
  static final GenerationRules LLAVA_SHORT = GenerationRules.upTo(128);

  /** The same of model_vqa_science.py and model_vqa_mmbench.py. */
  static final GenerationRules LLAVA_LETTER = GenerationRules.upTo(1024);

  private Prompts() {}

  /** What lmms-eval does unless a task says otherwise: an empty line ends an answer. */
  static GenerationRules lmmsEval(int maxNewTokens) {
    return new GenerationRules(maxNewTokens, List.of("\n\n"));
  }

  /** Rules for a word or a phrase. */
  static GenerationRules shortAnswer(Protocol protocol, int lmmsEvalTokens) {
    return switch (protocol) {
      case LLAVA -> LLAVA_SHORT;
      case LMMS_EVAL -> lmmsEval(lmmsEvalTokens);
    };
  }

  /** The letters of so many options: A, B, … */
  static List<String> letters(int options) {
    return IntStream.range(0, options).mapToObj(i -> String.valueOf((char) ('A' + i))).toList();
  }

  /** One line an option: "A. first". */
  static String lettered(List<String> options) {
    List<String> letters = letters(options.size());
    return IntStream.range(0, options.size())
        .mapToObj(i -> letters.get(i) + ". " + options.get(i))
        .collect(Collectors.joining("\n"));
  }
}
