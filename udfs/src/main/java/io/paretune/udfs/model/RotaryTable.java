package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.checkpoint.DecoderConfig;
import io.paretune.udfs.problem.InvalidInputException;
import java.util.Arrays;

/**
 * Cosines and sines of rotary positions (arXiv 2104.09864 §3.2.2), for each position and pair of
 * channels. Angles are fp32 products, as transformers computes them.
 */
final class RotaryTable {
  /** Rows of the table that a pass needs, (N, 1, D / 2) each. */
  record Rows(NDArray cos, NDArray sin) {}

  private final int maxPositions;
  private final double[] frequencies;

  RotaryTable(DecoderConfig config) {
    maxPositions = config.maxPositions();
    int pairs = config.headDim() / 2;
    frequencies = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      frequencies[i] = (float) (1 / Math.pow(config.ropeTheta(), 2.0 * i / config.headDim()));
    }
  }

  /** Positions from 0 to {@code tokens − 1}, for one sequence after the other. */
  Rows repeated(NDManager owner, int sequences, int tokens) {
    long[] positions = new long[sequences * tokens];
    Arrays.setAll(positions, i -> i % tokens);
    return rows(owner, positions);
  }

  /**
   * @throws InvalidInputException if a position is past what the model was made for
   */
  Rows rows(NDManager owner, long[] positions) {
    int pairs = frequencies.length;
    float[] cos = new float[positions.length * pairs];
    float[] sin = new float[positions.length * pairs];
    for (int n = 0; n < positions.length; n++) {
      if (positions[n] >= maxPositions) {
        throw new InvalidInputException(
            "prompt",
            "has more than %d tokens with its image".formatted(positions[n]),
            "the model's max_position_embeddings is " + maxPositions);
      }
      for (int i = 0; i < pairs; i++) {
        float angle = positions[n] * (float) frequencies[i];
        cos[n * pairs + i] = (float) Math.cos(angle);
        sin[n * pairs + i] = (float) Math.sin(angle);
      }
    }
    Shape shape = new Shape(positions.length, 1, pairs);
    return new Rows(owner.create(cos, shape), owner.create(sin, shape));
  }
}
