package io.paretune.udfs.evaluate;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.model.Continuation;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.model.TokenTree;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Answers a shard's questions by option likelihood: all that is asked about an image, with all
 * options, goes through the decoder as one tree.
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
   * @param cancelled asked before each forward
   * @throws io.paretune.udfs.model.NonFiniteOutputException if the candidate's arithmetic overflows
   * @throws CancelledException if {@code cancelled} became true
   */
  public List<Outcome> run(LayerStack layers, PreparedShard shard, BooleanSupplier cancelled) {
    List<Outcome> outcomes = new ArrayList<>(shard.questions());
    new ShardForwards(model, layers, batch)
        .run(
            shard,
            cancelled,
            (prefix, questions) -> {
              List<TokenTree> trees = questions.stream().map(ShardEvaluation::tree).toList();
              List<double[]> scores = model.scores(layers, prefix, trees);
              for (int image = 0; image < questions.size(); image++) {
                judge(questions.get(image), scores.get(image), outcomes);
              }
            });
    return outcomes;
  }

  /** All that is asked about an image. */
  static TokenTree tree(List<PreparedQuestion> questions) {
    List<Continuation> sequences = new ArrayList<>();
    for (PreparedQuestion q : questions) {
      for (long[] option : q.options()) {
        sequences.add(new Continuation(q.followedBy(option), q.suffix().length));
      }
    }
    return TokenTree.scoring(sequences);
  }

  private void judge(List<PreparedQuestion> questions, double[] scores, List<Outcome> outcomes) {
    int at = 0;
    for (PreparedQuestion q : questions) {
      List<Double> own = new ArrayList<>(q.options().size());
      for (int o = 0; o < q.options().size(); o++) {
        own.add(scores[at++]);
      }
      outcomes.add(benchmark.chosen(q.sample(), own));
    }
  }
}
