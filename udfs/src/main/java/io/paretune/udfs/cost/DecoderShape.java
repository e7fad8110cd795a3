package io.paretune.udfs.cost;

import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.DType;
import io.paretune.udfs.checkpoint.DecoderConfig;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.Projection;
import java.io.Serializable;
import java.util.List;

/**
 * The sizes that a profile's cost depends on.
 *
 * @param layers decoder layers
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width of the feed-forward network
 * @param heads query heads
 * @param kvHeads key and value heads
 * @param headDim values of one head
 * @param bytesPerWeight of the checkpoint's dtype: 2 for bf16 and fp16, 4 for fp32
 * @param otherWeightBytes every tensor outside the decoder's linear layers: embeddings, norms,
 *     output head, vision tower, projector
 * @param vision the linear layers of vision tower and projector; none where they are not pruned
 */
public record DecoderShape(
    int layers,
    int hiddenSize,
    int intermediateSize,
    int heads,
    int kvHeads,
    int headDim,
    int bytesPerWeight,
    long otherWeightBytes,
    List<VisionMatrix> vision)
    implements Serializable {

  public DecoderShape {
    vision = List.copyOf(vision);
    if (layers < 1
        || hiddenSize < 1
        || intermediateSize < 1
        || kvHeads < 1
        || headDim < 1
        || heads % kvHeads != 0
        || bytesPerWeight < 1
        || otherWeightBytes < 0) {
      throw new IllegalArgumentException(
          "sizes must be positive and heads a multiple of KV heads, were layers=%d hidden=%d ffn=%d heads=%d kv_heads=%d head_dim=%d bytes=%d other=%d"
              .formatted(
                  layers,
                  hiddenSize,
                  intermediateSize,
                  heads,
                  kvHeads,
                  headDim,
                  bytesPerWeight,
                  otherWeightBytes));
    }
  }

  /** Sizes of a model whose vision tower and projector stay as they are. */
  public DecoderShape(
      int layers,
      int hiddenSize,
      int intermediateSize,
      int heads,
      int kvHeads,
      int headDim,
      int bytesPerWeight,
      long otherWeightBytes) {
    this(
        layers,
        hiddenSize,
        intermediateSize,
        heads,
        kvHeads,
        headDim,
        bytesPerWeight,
        otherWeightBytes,
        List.of());
  }

  /**
   * The sizes of a checkpoint, as it is stored: every tensor of its files counts.
   *
   * @throws InvalidInputException if the decoder's projections are of different dtypes
   */
  public static DecoderShape of(Checkpoint checkpoint) {
    DecoderConfig text = checkpoint.config().text();
    DType dtype = projectionType(checkpoint);
    int bytesPerWeight = dtype.bytes();
    DecoderShape linear =
        new DecoderShape(
            text.layers(),
            text.hiddenSize(),
            text.intermediateSize(),
            text.heads(),
            text.kvHeads(),
            text.headDim(),
            bytesPerWeight,
            0);
    return new DecoderShape(
        text.layers(),
        text.hiddenSize(),
        text.intermediateSize(),
        text.heads(),
        text.kvHeads(),
        text.headDim(),
        bytesPerWeight,
        checkpoint.tensorBytes() - linear.linearWeights() * bytesPerWeight,
        VisionMatrix.of(checkpoint));
  }

  private static DType projectionType(Checkpoint checkpoint) {
    DType first = null;
    for (int layer = 0; layer < checkpoint.config().text().layers(); layer++) {
      for (Projection p : Projection.values()) {
        String name = "language_model.model.layers." + layer + "." + p.module() + ".weight";
        DType dtype = checkpoint.dtype(name);
        if (first != null && dtype != first) {
          throw new InvalidInputException(
              "tensor " + name,
              "is " + dtype + " and the projections before it are " + first,
              "save the decoder's layers in one dtype");
        }
        first = dtype;
      }
    }
    if (first == null) {
      throw new IllegalStateException("a decoder has a layer");
    }
    return first;
  }

  /** Weights of all layers' projections. */
  public long linearWeights() {
    long weights = 0;
    for (Projection p : Projection.values()) {
      weights += (long) rows(p) * columns(p);
    }
    return layers * weights;
  }

  /** Output features of a projection: rows of its matrix. */
  public int rows(Projection projection) {
    return switch (projection) {
      case Q -> heads * headDim;
      case K, V -> kvHeads * headDim;
      case O, DOWN -> hiddenSize;
      case GATE, UP -> intermediateSize;
    };
  }

  /** Input features of a projection: columns of its matrix. */
  public int columns(Projection projection) {
    return switch (projection) {
      case Q, K, V, GATE, UP -> hiddenSize;
      case O -> heads * headDim;
      case DOWN -> intermediateSize;
    };
  }
}
