package io.paretune.udfs.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.kvcache.KvCache;
import io.paretune.udfs.model.Continuation;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.model.TokenTree;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Answers a shard's questions by option likelihood: each image's prefix goes through the decoder
 * once, then all that is asked about it as one tree.
 *
 * @param model whose dense parts (embedding, norms, head) every candidate shares
 * @param benchmark judges the answers
 * @param batch questions wanted in a forward
 */
public record ShardEvaluation(MultimodalModel model, Benchmark benchmark, int batch) {

  public ShardEvaluation {
    if (batch < 1) {
      throw new IllegalArgumentException("a batch has at least one question, was " + batch);
    }
  }

  /**
   * The outcome of every question, in no particular order.
   *
   * @param layers the candidate
   * @param cancelled asked between batches
   * @throws io.paretune.udfs.model.NonFiniteOutputException if the candidate's arithmetic overflows
   * @throws CancelledException if {@code cancelled} became true
   */
  public List<Outcome> run(LayerStack layers, PreparedShard shard, BooleanSupplier cancelled) {
    long[] before = Arrays.stream(shard.textBefore()).asLongStream().toArray();
    List<Outcome> outcomes = new ArrayList<>(shard.questions());
    for (QuestionBatches.Batch b : QuestionBatches.of(shard.images(), batch)) {
      if (cancelled.getAsBoolean()) {
        throw new CancelledException();
      }
      try (NDManager pass = model.newManager();
          KvCache prefix = model.prefill(pass, layers, before, features(pass, b.images()))) {
        for (List<List<PreparedQuestion>> forward : b.forwards()) {
          List<TokenTree> trees = forward.stream().map(ShardEvaluation::tree).toList();
          List<double[]> scores = model.scores(layers, prefix, trees);
          for (int image = 0; image < forward.size(); image++) {
            judge(forward.get(image), scores.get(image), outcomes);
          }
        }
      }
    }
    return outcomes;
  }

  /** The images' features as one tensor: (I, T, H). */
  static NDArray features(NDManager owner, List<PreparedImage> images) {
    int values = images.get(0).features().length;
    FloatBuffer all = FloatBuffer.allocate(Math.multiplyExact(images.size(), values));
    images.forEach(i -> all.put(i.features()));
    return owner.create(
        all.array(),
        new Shape(images.size(), images.get(0).tokens(), values / images.get(0).tokens()));
  }

  private static TokenTree tree(List<PreparedQuestion> questions) {
    List<Continuation> sequences = new ArrayList<>();
    for (PreparedQuestion q : questions) {
      for (int[] option : q.options()) {
        sequences.add(new Continuation(followedBy(q.suffix(), option), q.suffix().length));
      }
    }
    return TokenTree.scoring(sequences);
  }

  static long[] followedBy(int[] first, int[] second) {
    long[] all = new long[first.length + second.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = i < first.length ? first[i] : second[i - first.length];
    }
    return all;
  }

  private void judge(List<PreparedQuestion> questions, double[] scores, List<Outcome> outcomes) {
    int at = 0;
    for (PreparedQuestion q : questions) {
      Sample sample = q.sample();
      List<Double> own = new ArrayList<>(q.options().size());
      for (int o = 0; o < q.options().size(); o++) {
        own.add(scores[at++]);
      }
      String prediction = benchmark.choose(sample, own);
      outcomes.add(
          new Outcome(
              sample.sampleId(),
              sample.imageId(),
              prediction,
              benchmark.isCorrect(sample, prediction),
              own));
    }
  }
}
