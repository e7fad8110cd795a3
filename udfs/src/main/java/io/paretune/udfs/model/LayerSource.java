package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** Where a pass gets each layer's weights from. */
interface LayerSource {
  /**
   * A layer's weights as kernels take them, in the type that is computed in; valid until the next
   * layer's are asked for.
   */
  List<NDArray> weights(int layer);
}
