package io.paretune.udfs.evaluate;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.checkpoint.ChatTemplate;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.Tokenizer;
import io.paretune.udfs.problem.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Turns questions into token ids. An option's ids are those of the whole text, prompt + " " +
 * option, which must begin with the prompt's own ids.
 */
public final class QuestionTokenizer {
  private final Benchmark benchmark;
  private final Tokenizer tokenizer;
  private final ChatTemplate template;
  private final long imageToken;
  private final long[] textBefore;

  /** Works for the questions of one benchmark put to one checkpoint. */
  public QuestionTokenizer(Benchmark benchmark, Checkpoint checkpoint) {
    this.benchmark = benchmark;
    this.tokenizer = checkpoint.tokenizer();
    this.template = checkpoint.chatTemplate();
    this.imageToken = checkpoint.config().imageTokenId();
    this.textBefore = before(tokenizer.encode(template.prompt("x")));
  }

  /** Ids of the prompt before the image. */
  public long[] textBefore() {
    return textBefore.clone();
  }

  /**
   * The question in token ids.
   *
   * @throws InvalidInputException if the question's text changes the tokens before the image, holds
   *     an image token itself, or an option's tokens do not extend the prompt's
   */
  public PreparedQuestion prepare(Sample sample) {
    String question = benchmark.question(sample);
    if (question.contains(ChatTemplate.IMAGE)) {
      throw new InvalidInputException(
          "sample " + sample.sampleId(),
          "its question contains " + ChatTemplate.IMAGE + ": \"" + question + "\"",
          "remove it: the prompt template puts the image in");
    }
    String prompt = template.prompt(question);
    long[] ids = tokenizer.encode(prompt);
    long images = Arrays.stream(ids).filter(i -> i == imageToken).count();
    if (images != 1) {
      throw new InvalidInputException(
          "sample " + sample.sampleId(),
          "its prompt has " + images + " image tokens and needs exactly one",
          "the question must not spell the image token of the tokenizer");
    }
    long[] before = before(ids);
    if (!Arrays.equals(before, textBefore)) {
      throw new InvalidInputException(
          "sample " + sample.sampleId(),
          "its text changes the tokens before the image",
          "the prompt template must keep the question after the image");
    }
    List<String> choices = benchmark.choices(sample);
    List<long[]> options = new ArrayList<>(choices.size());
    for (String choice : choices) {
      options.add(after(sample, prompt, ids, choice));
    }
    long[] suffix = Arrays.copyOfRange(ids, before.length + 1, ids.length);
    String answer = benchmark.target(sample);
    int option = choices.indexOf(answer);
    return new PreparedQuestion(
        sample,
        suffix,
        options,
        option < 0 ? after(sample, prompt, ids, answer) : options.get(option));
  }

  private long[] after(Sample sample, String prompt, long[] promptIds, String answer) {
    long[] all = tokenizer.encode(prompt + " " + answer);
    if (all.length <= promptIds.length
        || !Arrays.equals(all, 0, promptIds.length, promptIds, 0, promptIds.length)) {
      throw new InvalidInputException(
          "sample " + sample.sampleId(),
          "the tokens of the prompt followed by \"" + answer + "\" do not begin with the prompt's",
          "the tokenizer merges across the border: change the option's first characters");
    }
    return Arrays.copyOfRange(all, promptIds.length, all.length);
  }

  private long[] before(long[] ids) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == imageToken) {
        return Arrays.copyOf(ids, i);
      }
    }
    throw new InvalidInputException(
        "prompt template",
        "it puts no image token (id " + imageToken + ") into the prompt",
        "image_token_index of config.json and the tokenizer must agree");
  }
}
