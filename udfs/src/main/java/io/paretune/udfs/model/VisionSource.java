package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** Where vision tower and projector find their weights when they run. */
interface VisionSource {
  /** An encoder layer's weights in the order of its kernel; valid until the next call. */
  List<NDArray> layer(int index);

  /** The projector's weights in the order of its kernel. */
  List<NDArray> projector();
}
