package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.checkpoint.DecoderConfig;
import io.paretune.udfs.kvcache.KvCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Greedy decoding of many prompts at once: every step adds one row to the forest for each prompt
 * that has not ended.
 */
final class GreedyGeneration {
  private final Decoder decoder;
  private final DecoderConfig config;
  private final LayerStack layers;
  private final KvCache prefix;
  private final TokenForest forest;
  private final List<Answer> answers = new ArrayList<>();

  private static final class Answer {
    private final int image;
    private final List<Long> tokens = new ArrayList<>();
    private int row;
    private boolean ended;

    Answer(int image, int row) {
      this.image = image;
      this.row = row;
    }
  }

  GreedyGeneration(
      Decoder decoder,
      DecoderConfig config,
      LayerStack layers,
      KvCache prefix,
      List<TokenTree> prompts) {
    this.decoder = decoder;
    this.config = config;
    this.layers = layers;
    this.prefix = prefix;
    this.forest = new TokenForest(prompts);
    for (int image = 0; image < prompts.size(); image++) {
      for (int s = 0; s < prompts.get(image).sequences(); s++) {
        answers.add(new Answer(image, forest.rowOf(image, prompts.get(image).lastNode(s))));
      }
    }
  }

  /** The answers of each image's prompts, without their end tokens. */
  List<List<long[]>> run(NDManager owner, int maxTokens) {
    try (NDManager pass = owner.newSubManager()) {
      TreePast past = TreePast.keeping(pass, layers.size());
      int from = 0;
      int[] reads = forest.reads();
      while (reads.length > 0) {
        Map<Integer, Long> next = step(pass, past, from, reads);
        from = forest.size();
        for (Answer answer : answers) {
          if (!answer.ended) {
            extend(answer, next.getOrDefault(answer.row, -1L), maxTokens);
          }
        }
        int first = from;
        reads = new int[forest.size() - from];
        Arrays.setAll(reads, i -> first + i);
      }
    }
    return byImage();
  }

  /** The likeliest token after each row that is read. */
  private Map<Integer, Long> step(NDManager pass, TreePast past, int from, int[] reads) {
    try (NDManager step = pass.newSubManager()) {
      NDArray x =
          decoder.trees(step, layers, prefix, past, forest, from, reads, SquareSums.unwanted());
      long[] tokens = decoder.likeliest(step, x);
      Map<Integer, Long> next = new HashMap<>();
      for (int i = 0; i < reads.length; i++) {
        if (tokens[i] < 0) {
          throw new NonFiniteOutputException(layers.profile().id(), 1);
        }
        next.put(reads[i], tokens[i]);
      }
      return next;
    }
  }

  private void extend(Answer answer, long token, int maxTokens) {
    long position = prefix.tokens() + forest.row(answer.row).depth() + 1;
    if (config.eosTokenIds().contains(token)) {
      answer.ended = true;
      return;
    }
    answer.tokens.add(token);
    answer.ended = answer.tokens.size() >= maxTokens || position >= config.maxPositions();
    if (!answer.ended) {
      answer.row = forest.extend(answer.row, token);
    }
  }

  private List<List<long[]>> byImage() {
    List<List<long[]>> all = new ArrayList<>();
    for (int image = 0; image < forest.images(); image++) {
      all.add(new ArrayList<>());
    }
    for (Answer answer : answers) {
      all.get(answer.image).add(answer.tokens.stream().mapToLong(Long::longValue).toArray());
    }
    return all;
  }
}
