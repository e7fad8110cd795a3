package io.paretune.udfs.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a model is asked, letter for letter: LLaVA's question files (eval.zip of docs/Evaluation.md)
 * and scripts, and each task's {@code doc_to_text} with the default prompts of lmms-eval.
 */
class PublishedPromptsTest {
  private static Sample asked(String question, String hint, String... options) {
    return new Sample("b", "1", "i", question, hint, List.of(options), List.of("A"), "c", "g", "");
  }

  private static Arguments row(
      BenchmarkFormat format, Protocol protocol, Sample sample, String prompt) {
    return Arguments.of(format, protocol, sample, prompt);
  }

  static Stream<Arguments> prompts() {
    Sample dog = asked(" Is there a dog? ", "");
    Sample phrase = asked("What is it?", "");
    Sample brand = asked("what is the brand of This?", "DAKOTA, DIGITAL");
    Sample noTokens = asked("what is the brand of This?", "");
    Sample artwork = asked("Is this art? Please answer yes or no.", "");
    Sample rhyme = asked("Which rhymes?", "Look at the words.", "cat", "dog");
    Sample noHint = asked("Which rhymes?", "", "cat", "dog");
    Sample nan = asked("Which rhymes?", "nan", "cat", "dog", "cow", "hen");
    return Stream.of(
        // llava_pope_test.jsonl; pope/utils.py
        row(
            BenchmarkFormat.POPE,
            Protocol.LLAVA,
            dog,
            "Is there a dog?\nAnswer the question using a single word or phrase."),
        row(
            BenchmarkFormat.POPE,
            Protocol.LMMS_EVAL,
            dog,
            "Is there a dog?\nAnswer the question using a single word or phrase."),
        // llava_vqav2_mscoco_test-dev2015.jsonl; vqav2/utils.py
        row(
            BenchmarkFormat.VQA_V2,
            Protocol.LLAVA,
            phrase,
            "What is it?\nAnswer the question using a single word or phrase."),
        row(
            BenchmarkFormat.VQA_V2,
            Protocol.LMMS_EVAL,
            phrase,
            "What is it?\nAnswer the question using a single word or phrase."),
        // llava_gqa_testdev_balanced.jsonl; gqa/utils.py
        row(
            BenchmarkFormat.GQA,
            Protocol.LLAVA,
            phrase,
            "What is it?\nAnswer the question using a single word or phrase."),
        row(
            BenchmarkFormat.GQA,
            Protocol.LMMS_EVAL,
            phrase,
            "What is it?\nAnswer the question using a single word or phrase."),
        // llava_textvqa_val_v051_ocr.jsonl, as eval_textvqa.py takes it apart; textvqa/utils.py
        row(
            BenchmarkFormat.TEXT_VQA,
            Protocol.LLAVA,
            brand,
            "What is the brand of this?\nReference OCR token: DAKOTA, DIGITAL\n"
                + "Answer the question using a single word or phrase."),
        row(
            BenchmarkFormat.TEXT_VQA,
            Protocol.LLAVA,
            noTokens,
            "What is the brand of this?\nReference OCR token: \n"
                + "Answer the question using a single word or phrase."),
        row(
            BenchmarkFormat.TEXT_VQA,
            Protocol.LMMS_EVAL,
            brand,
            "What is the brand of this?\nAnswer the question using a single word or phrase."),
        // llava_mme.jsonl, as convert_answer_to_mme.py reads it; mme/utils.py
        row(
            BenchmarkFormat.MME,
            Protocol.LLAVA,
            artwork,
            "Is this art?\nAnswer the question using a single word or phrase."),
        row(
            BenchmarkFormat.MME,
            Protocol.LMMS_EVAL,
            artwork,
            "Is this art?\nAnswer the question using a single word or phrase."),
        // llava_test_CQM-A.json; scienceqa/utils.py, format "default"
        row(
            BenchmarkFormat.SCIENCE_QA,
            Protocol.LLAVA,
            rhyme,
            "Context: Look at the words.\nWhich rhymes?\nA. cat\nB. dog\n"
                + "Answer with the option's letter from the given choices directly."),
        row(
            BenchmarkFormat.SCIENCE_QA,
            Protocol.LLAVA,
            noHint,
            "Which rhymes?\nA. cat\nB. dog\n"
                + "Answer with the option's letter from the given choices directly."),
        row(
            BenchmarkFormat.SCIENCE_QA,
            Protocol.LMMS_EVAL,
            rhyme,
            "Context: Look at the words.\nWhich rhymes?\nA. cat\nB. dog\n"
                + "Answer with the option's letter from the given choices directly."),
        row(
            BenchmarkFormat.SCIENCE_QA,
            Protocol.LMMS_EVAL,
            noHint,
            "Which rhymes?\nA. cat\nB. dog\n"
                + "Answer with the option's letter from the given choices directly."),
        // model_vqa_mmbench.py with --single-pred-prompt; mmbench/en_utils.py, whose line break
        // comes before that of the prompt behind it
        row(
            BenchmarkFormat.MM_BENCH,
            Protocol.LLAVA,
            rhyme,
            "Look at the words.\nWhich rhymes?\nA. cat\nB. dog\n"
                + "Answer with the option's letter from the given choices directly."),
        row(
            BenchmarkFormat.MM_BENCH,
            Protocol.LLAVA,
            nan,
            "Which rhymes?\nA. cat\nB. dog\nC. cow\nD. hen\n"
                + "Answer with the option's letter from the given choices directly."),
        row(
            BenchmarkFormat.MM_BENCH,
            Protocol.LMMS_EVAL,
            rhyme,
            "Look at the words. Which rhymes? There are several options:\nA. cat\nB. dog\n\n"
                + "Answer with the option's letter from the given choices directly."),
        row(
            BenchmarkFormat.MM_BENCH,
            Protocol.LMMS_EVAL,
            nan,
            "Which rhymes? There are several options:\nA. cat\nB. dog\nC. cow\nD. hen\n\n"
                + "Answer with the option's letter from the given choices directly."));
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("prompts")
  void modelsAreAskedAsPublished(
      BenchmarkFormat format, Protocol protocol, Sample sample, String prompt) {
    assertThat(format.benchmark("b", protocol).question(sample)).isEqualTo(prompt);
  }

  @ParameterizedTest
  @MethodSource("prompts")
  void choicesAreTheLettersOfTheOptions(
      BenchmarkFormat format, Protocol protocol, Sample sample, String prompt) {
    List<String> choices = format.benchmark("b", protocol).choices(sample);

    if (format == BenchmarkFormat.POPE || format == BenchmarkFormat.MME) {
      assertThat(choices).containsExactly("Yes", "No");
    } else {
      assertThat(choices)
          .isEqualTo(List.of("A", "B", "C", "D").subList(0, sample.options().size()));
      choices.forEach(letter -> assertThat(prompt).contains("\n" + letter + ". "));
    }
  }

  @Test
  void aFullStopBehindTheRightAnswerDoesNotMatter() {
    Sample said =
        new Sample("b", "1", "i", "Is it?", "", List.of(), List.of("Yes."), "random", "", "");
    for (Protocol protocol : Protocol.values()) {
      assertThat(new Pope("b", protocol).judge(said, "yes").credit()).isEqualTo(1);
      assertThat(new Pope("b", protocol).judge(said, "no").credit()).isEqualTo(0);
      assertThat(new Pope("b", protocol).target(said)).isEqualTo("Yes");
      assertThat(new Mme("b", protocol).judge(said, "yes").credit()).isEqualTo(1);
    }
  }
}
