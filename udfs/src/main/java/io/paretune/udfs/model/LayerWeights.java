package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/**
 * The weights of a decoder layer. H hidden, A attention heads, G KV heads, D head_dim, F
 * intermediate. Matrices have one row per output, as checkpoints do; projections that read the same
 * input lie in one matrix. Kernels never write to them, so layers can be shared.
 *
 * @param inputNorm (H)
 * @param qkv query, key and value rows, in this order: ((A + 2G)·D, H)
 * @param output (H, A·D)
 * @param postNorm (H)
 * @param gateUp gate and up rows, in this order: (2F, H)
 * @param down (H, F)
 */
public record LayerWeights(
    NDArray inputNorm,
    NDArray qkv,
    NDArray output,
    NDArray postNorm,
    NDArray gateUp,
    NDArray down) {
  public LayerWeights {
    long hidden = inputNorm.size();
    requireShape("postNorm", postNorm, new Shape(hidden));
    requireShape("qkv", qkv, new Shape(qkv.getShape().get(0), hidden));
    requireShape("output", output, new Shape(hidden, output.getShape().get(1)));
    requireShape("gateUp", gateUp, new Shape(gateUp.getShape().get(0), hidden));
    requireShape("down", down, new Shape(hidden, gateUp.getShape().get(0) / 2));
  }

  /** The matrix that reads that input. */
  public NDArray matrix(InputSite site) {
    return switch (site) {
      case ATTENTION -> qkv;
      case ATTENTION_OUTPUT -> output;
      case MLP -> gateUp;
      case MLP_DOWN -> down;
    };
  }

  private static void requireShape(String name, NDArray array, Shape shape) {
    if (!array.getShape().equals(shape)) {
      throw new IllegalArgumentException(
          "%s must have shape %s, had %s".formatted(name, shape, array.getShape()));
    }
  }

  /** In the order of the kernels. */
  List<NDArray> arrays() {
    return List.of(inputNorm, qkv, output, postNorm, gateUp, down);
  }
}
