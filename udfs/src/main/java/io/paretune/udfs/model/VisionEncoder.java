package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;

/** Turns pixels into hidden states, one a patch. */
sealed interface VisionEncoder permits ClipVit {
  /**
   * Runs the encoder up to the layer that the projector reads.
   *
   * @param pixels normalised, (I, 3, S, S)
   * @param weights of the layers; those of the embedding are its own
   * @return that layer's states, class token first: (I, C, E)
   */
  NDArray encode(NDManager owner, NDArray pixels, VisionSource weights);

  /**
   * The same; what a layer's linear layers see is added to {@code squares}, one map a layer.
   *
   * @return (I, C, E)
   */
  NDArray measure(
      NDManager owner,
      NDArray pixels,
      VisionSource weights,
      List<Map<InputSite, double[]>> squares);

  /** The dense weights of each layer, in the order of the kernel. */
  List<List<NDArray>> layers();
}
