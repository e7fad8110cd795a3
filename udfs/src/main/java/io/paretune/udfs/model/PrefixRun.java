package io.paretune.udfs.model;

import ai.djl.ndarray.NDManager;
import io.paretune.udfs.kvcache.KvCache;

/** Runs the image prefixes that generation comes to; each image is asked for once. */
@FunctionalInterface
interface PrefixRun {
  /**
   * The prefixes of some images.
   *
   * @param owner owns the result
   * @param from the first image, by its place in the list of prompts
   * @param to the one after the last
   */
  KvCache run(NDManager owner, int from, int to);
}
