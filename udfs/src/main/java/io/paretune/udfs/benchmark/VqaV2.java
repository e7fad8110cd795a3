package io.paretune.udfs.benchmark;

import java.util.HashSet;
import java.util.List;

/**
 * VQAv2 (arXiv 1612.00837): open questions, ten annotators each. Under {@code llava} an answer goes
 * through LLaVA's conversion for submission and then the official evaluation, which leaves answers
 * as they are where all annotators agree; lmms-eval always processes both sides, and skips the word
 * tokenizing that its TextVQA does.
 *
 * @param name the name in configuration and tables
 * @param protocol whose rules judge
 */
public record VqaV2(String name, Protocol protocol) implements Benchmark {

  @Override
  public String question(Sample sample) {
    return sample.question() + Prompts.SHORT;
  }

  @Override
  public String target(Sample sample) {
    return VqaAnswers.mostFrequent(sample.answers());
  }

  @Override
  public GenerationRules generation(Sample sample) {
    return Prompts.shortAnswer(protocol, 16);
  }

  @Override
  public Verdict judge(Sample sample, String text) {
    List<String> answers = sample.answers().stream().map(VqaAnswers::oneLine).toList();
    String given =
        switch (protocol) {
          case LLAVA -> VqaAnswers.oneLine(VqaAnswers.normalized(text));
          case LMMS_EVAL -> VqaAnswers.oneLine(text);
        };
    if (protocol == Protocol.LMMS_EVAL || new HashSet<>(answers).size() > 1) {
      given = VqaAnswers.processed(given);
      answers = answers.stream().map(VqaAnswers::processed).toList();
    }
    return new Verdict(given, VqaAnswers.agreement(given, answers));
  }
}
