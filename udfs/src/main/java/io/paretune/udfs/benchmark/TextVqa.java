package io.paretune.udfs.benchmark;

import java.util.List;

/**
 * TextVQA (arXiv 1904.08920): questions about text in an image, ten annotators each. Under {@code
 * llava} the prompt names the OCR tokens.
 *
 * @param name the name in configuration and tables
 * @param protocol whose prompt is used
 */
public record TextVqa(String name, Protocol protocol) implements Benchmark {

  @Override
  public String question(Sample sample) {
    String question = PythonText.capitalize(sample.question());
    return switch (protocol) {
      case LLAVA -> question + "\nReference OCR token: " + sample.hint() + Prompts.SHORT;
      case LMMS_EVAL -> question + Prompts.SHORT;
    };
  }

  @Override
  public String target(Sample sample) {
    return VqaAnswers.mostFrequent(sample.answers());
  }

  @Override
  public GenerationRules generation(Sample sample) {
    return switch (protocol) {
      case LLAVA -> Prompts.LLAVA_SHORT;
      case LMMS_EVAL -> new GenerationRules(1024, List.of("ASSISTANT:"));
    };
  }

  @Override
  public Verdict judge(Sample sample, String text) {
    String given = VqaAnswers.normalized(text);
    List<String> answers = sample.answers().stream().map(VqaAnswers::normalized).toList();
    return new Verdict(given, VqaAnswers.agreement(given, answers));
  }
}
