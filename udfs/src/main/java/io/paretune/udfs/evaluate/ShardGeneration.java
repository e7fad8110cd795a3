package io.paretune.udfs.evaluate;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.checkpoint.Tokenizer;
import io.paretune.udfs.kvcache.KvCache;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.model.TokenTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Answers a shard's questions by greedy generation: the answer is the text that the model goes on
 * with after the prompt, without special tokens and surrounding space.
 *
 * @param model whose dense parts (embedding, norms, head) every candidate shares
 * @param tokenizer the checkpoint's
 * @param benchmark judges the answers
 * @param batch questions wanted in a forward
 * @param maxTokens of an answer, at most
 */
public record ShardGeneration(
    MultimodalModel model, Tokenizer tokenizer, Benchmark benchmark, int batch, int maxTokens) {
  /** Enough for answers of a word or a short phrase, which benchmarks ask for. */
  public static final int DEFAULT_MAX_TOKENS = 32;

  public ShardGeneration {
    if (batch < 1 || maxTokens < 1) {
      throw new IllegalArgumentException(
          "a batch has at least one question and an answer one token, were %d and %d"
              .formatted(batch, maxTokens));
    }
  }

  /**
   * The outcome of every question, in no particular order, without log-probabilities.
   *
   * @param layers the candidate
   * @param cancelled asked between batches
   * @throws io.paretune.udfs.model.NonFiniteOutputException if the candidate's arithmetic overflows
   * @throws CancelledException if {@code cancelled} became true
   */
  public List<Outcome> run(LayerStack layers, PreparedShard shard, BooleanSupplier cancelled) {
    List<Outcome> outcomes = new ArrayList<>(shard.questions());
    new ShardForwards(model, layers, batch)
        .run(
            shard,
            cancelled,
            (prefix, questions) -> outcomes.addAll(answers(layers, prefix, questions)));
    return outcomes;
  }

  private List<Outcome> answers(
      LayerStack layers, KvCache prefix, List<List<PreparedQuestion>> questions) {
    List<TokenTree> prompts = questions.stream().map(ShardGeneration::prompts).toList();
    List<List<long[]>> generated = model.generate(layers, prefix, prompts, maxTokens);
    List<Outcome> outcomes = new ArrayList<>();
    for (int image = 0; image < questions.size(); image++) {
      for (int q = 0; q < questions.get(image).size(); q++) {
        Sample sample = questions.get(image).get(q).sample();
        String prediction = tokenizer.decode(generated.get(image).get(q)).strip();
        outcomes.add(
            new Outcome(
                sample.sampleId(),
                sample.imageId(),
                prediction,
                benchmark.isCorrect(sample, prediction),
                List.of()));
      }
    }
    return outcomes;
  }

  private static TokenTree prompts(List<PreparedQuestion> questions) {
    return TokenTree.whole(
        questions.stream().map(q -> Arrays.stream(q.suffix()).asLongStream().toArray()).toList());
  }
}
