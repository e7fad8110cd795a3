package io.paretune.udfs.evaluate;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.GenerationRules;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.checkpoint.Tokenizer;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.model.OpenPrompt;
import io.paretune.udfs.model.StopRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Answers a shard's questions by greedy generation: the answer is the text that the model goes on
 * with after the prompt, without special tokens and surrounding space. Longest images and questions
 * go first, so that what runs together is of like length and nothing long is left for the end.
 *
 * @param model whose dense parts (embedding, norms, head) every candidate shares
 * @param tokenizer the checkpoint's
 * @param benchmark says when answers end and judges them
 * @param batch answers that grow at once
 */
public record ShardGeneration(
    MultimodalModel model, Tokenizer tokenizer, Benchmark benchmark, int batch) {

  public ShardGeneration {
    if (batch < 1) {
      throw new IllegalArgumentException("a batch has at least one question, was " + batch);
    }
  }

  /**
   * The outcome of every question, in no particular order, without log-probabilities.
   *
   * @param layers the candidate
   * @param cancelled asked between steps
   * @throws io.paretune.udfs.model.NonFiniteOutputException if the candidate's arithmetic overflows
   * @throws CancelledException if {@code cancelled} became true
   */
  public List<Outcome> run(LayerStack layers, PreparedShard shard, BooleanSupplier cancelled) {
    List<PreparedImage> images = shard.images().stream().sorted(QuestionBatches.LONGEST).toList();
    List<List<PreparedQuestion>> questions = images.stream().map(ShardGeneration::sorted).toList();
    List<List<long[]>> generated =
        model.generate(
            layers,
            questions.stream().map(own -> own.stream().map(this::prompt).toList()).toList(),
            shard.textBefore(),
            (owner, from, to) -> ShardForwards.features(owner, images.subList(from, to)),
            batch,
            () -> CancelledException.throwIf(cancelled));
    List<Outcome> outcomes = new ArrayList<>(shard.questions());
    for (int image = 0; image < images.size(); image++) {
      for (int q = 0; q < questions.get(image).size(); q++) {
        outcomes.add(outcome(questions.get(image).get(q).sample(), generated.get(image).get(q)));
      }
    }
    return outcomes;
  }

  private Outcome outcome(Sample sample, long[] answer) {
    String text = tokenizer.decode(answer);
    return benchmark.answered(sample, benchmark.generation(sample).cut(text).strip());
  }

  private static List<PreparedQuestion> sorted(PreparedImage image) {
    return image.questions().stream()
        .sorted(
            Comparator.comparingInt((PreparedQuestion q) -> q.suffix().length)
                .reversed()
                .thenComparing(q -> q.sample().sampleId()))
        .toList();
  }

  private OpenPrompt prompt(PreparedQuestion question) {
    return new OpenPrompt(
        question.suffix(),
        stopRules(
            tokenizer,
            model.config().text().eosTokenIds(),
            benchmark.generation(question.sample())));
  }

  /** A stop may span tokens, so it is looked for in the text of all tokens so far. */
  static StopRules stopRules(Tokenizer tokenizer, List<Long> endTokens, GenerationRules rules) {
    StopRules stop = StopRules.of(endTokens, rules.maxNewTokens());
    return rules.stops().isEmpty()
        ? stop
        : stop.orAfter(
            tokens -> {
              String text = tokenizer.decode(tokens);
              return rules.stops().stream().anyMatch(text::contains);
            });
  }
}
