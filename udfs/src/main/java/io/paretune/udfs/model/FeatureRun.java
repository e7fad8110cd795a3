package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** Gives the features of the images that generation comes to. */
@FunctionalInterface
public interface FeatureRun {
  /**
   * What the decoder sees of some images.
   *
   * @param owner owns the result
   * @param from the first image, by its place in the list of prompts
   * @param to the one after the last
   * @return (I, T, H)
   */
  NDArray run(NDManager owner, int from, int to);
}
