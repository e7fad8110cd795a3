package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** Turns pixels into hidden states, one a patch. */
sealed interface VisionEncoder permits ClipVit {
  /**
   * Runs the encoder up to the layer that the projector reads.
   *
   * @param pixels normalised, (I, 3, S, S)
   * @return that layer's states, class token first: (I, C, E)
   */
  NDArray encode(NDManager owner, NDArray pixels);
}
