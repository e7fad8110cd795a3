package io.paretune.udfs.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.LayerWeights;
import io.paretune.udfs.model.LayerwiseForward;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.prune.ActivationStatistics;
import io.paretune.udfs.prune.StatisticsAccumulator;
import io.paretune.udfs.prune.StatisticsShape;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * A shard of calibration questions on their way through the decoder, layer by layer, as the
 * published code of Wanda and SparseGPT goes: what a layer sees is measured with its dense weights,
 * then it is pruned and run again, and what comes out is what the next layer sees. Tokens count as
 * in {@link Calibration}, one image a forward as there; keys and values are not quantized.
 *
 * @param shard the questions
 * @param states what the next layer reads, image after image
 */
public record LayerwiseCalibration(PreparedShard shard, List<LayerwiseForward.States> states)
    implements Serializable {

  public LayerwiseCalibration {
    states = List.copyOf(states);
  }

  /** Before the first layer. */
  public static LayerwiseCalibration start(MultimodalModel model, PreparedShard shard) {
    List<LayerwiseForward.States> states = new ArrayList<>();
    for (PreparedImage image : shard.images()) {
      try (NDManager pass = model.newManager()) {
        states.add(
            forward(model, shard, image).embed(pass, ShardForwards.features(pass, List.of(image))));
      }
    }
    return new LayerwiseCalibration(shard, states);
  }

  /** What the next layer sees with these weights, as statistics of one layer. */
  public ActivationStatistics squares(MultimodalModel model, LayerWeights weights) {
    StatisticsShape all = Calibration.shape(model.config().text());
    StatisticsAccumulator sums = new StatisticsAccumulator(new StatisticsShape(1, all.channels()));
    each(
        model,
        (forward, s) -> {
          try (NDManager pass = model.newManager()) {
            forward
                .squares(pass, s, weights)
                .forEach((site, squares) -> sums.add(0, site, squares, forward.tokens()));
          }
          return s;
        });
    return sums.statistics();
  }

  /**
   * Adds Σ x xᵀ of the next layer with these weights to running sums, in the order of the images.
   *
   * @param sums by site: (C, C) fp64
   * @return how many tokens they were
   */
  long addProducts(MultimodalModel model, LayerWeights weights, Map<InputSite, NDArray> sums) {
    long[] tokens = new long[1];
    each(
        model,
        (forward, s) -> {
          try (NDManager pass = model.newManager()) {
            forward.addProducts(pass, s, weights, sums);
          }
          tokens[0] += forward.tokens();
          return s;
        });
    return tokens[0];
  }

  /** After the next layer with these weights. */
  public LayerwiseCalibration after(MultimodalModel model, LayerWeights weights) {
    return new LayerwiseCalibration(
        shard,
        each(
            model,
            (forward, s) -> {
              try (NDManager pass = model.newManager()) {
                return forward.after(pass, s, weights);
              }
            }));
  }

  private List<LayerwiseForward.States> each(
      MultimodalModel model,
      BiFunction<LayerwiseForward, LayerwiseForward.States, LayerwiseForward.States> step) {
    List<LayerwiseForward.States> next = new ArrayList<>();
    for (PreparedImage image : shard.images()) {
      next.add(step.apply(forward(model, shard, image), states.get(next.size())));
    }
    return next;
  }

  private static LayerwiseForward forward(
      MultimodalModel model, PreparedShard shard, PreparedImage image) {
    return model.layerwise(shard.textBefore(), List.of(Calibration.tree(image)));
  }
}
