package io.paretune.udfs.evaluate;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.checkpoint.Tokenizer;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.model.OpenPrompt;
import io.paretune.udfs.model.StopRules;
import java.util.ArrayList;
import java.util.Arrays;
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
 * @param benchmark judges the answers
 * @param batch answers that grow at once
 * @param maxTokens of an answer, at most
 * @param stops texts that end an answer
 */
public record ShardGeneration(
    MultimodalModel model,
    Tokenizer tokenizer,
    Benchmark benchmark,
    int batch,
    int maxTokens,
    StopStrings stops) {
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
   * @param cancelled asked between steps
   * @throws io.paretune.udfs.model.NonFiniteOutputException if the candidate's arithmetic overflows
   * @throws CancelledException if {@code cancelled} became true
   */
  public List<Outcome> run(LayerStack layers, PreparedShard shard, BooleanSupplier cancelled) {
    List<PreparedImage> images = shard.images().stream().sorted(QuestionBatches.LONGEST).toList();
    List<List<PreparedQuestion>> questions = images.stream().map(ShardGeneration::sorted).toList();
    long[] before = Arrays.stream(shard.textBefore()).asLongStream().toArray();
    StopRules rules = rules();
    List<List<long[]>> generated =
        model.generate(
            layers,
            questions.stream()
                .map(own -> own.stream().map(q -> prompt(q, rules)).toList())
                .toList(),
            (owner, from, to) ->
                model.prefill(
                    owner, layers, before, ShardForwards.features(owner, images.subList(from, to))),
            batch,
            () -> {
              if (cancelled.getAsBoolean()) {
                throw new CancelledException();
              }
            });
    List<Outcome> outcomes = new ArrayList<>(shard.questions());
    for (int image = 0; image < images.size(); image++) {
      for (int q = 0; q < questions.get(image).size(); q++) {
        outcomes.add(outcome(questions.get(image).get(q).sample(), generated.get(image).get(q)));
      }
    }
    return outcomes;
  }

  private StopRules rules() {
    StopRules rules = StopRules.of(model.config().text().eosTokenIds(), maxTokens);
    return stops.strings().isEmpty()
        ? rules
        : rules.orAfter(tokens -> stops.in(tokenizer.decode(tokens)));
  }

  private Outcome outcome(Sample sample, long[] answer) {
    return benchmark.answered(sample, stops.cut(tokenizer.decode(answer)).strip());
  }

  private static List<PreparedQuestion> sorted(PreparedImage image) {
    return image.questions().stream()
        .sorted(
            Comparator.comparingInt((PreparedQuestion q) -> q.suffix().length)
                .reversed()
                .thenComparing(q -> q.sample().sampleId()))
        .toList();
  }

  private static OpenPrompt prompt(PreparedQuestion question, StopRules rules) {
    return new OpenPrompt(Arrays.stream(question.suffix()).asLongStream().toArray(), rules);
  }
}
