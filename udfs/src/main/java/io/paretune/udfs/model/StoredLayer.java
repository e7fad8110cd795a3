package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.checkpoint.DType;
import io.paretune.udfs.checkpoint.DecoderConfig;
import io.paretune.udfs.engine.TorchScript;
import java.util.List;

/** A decoder layer as a compressed model keeps it; norms are in the type that is computed in. */
record StoredLayer(
    NDArray inputNorm,
    StoredMatrix qkv,
    StoredMatrix output,
    NDArray postNorm,
    StoredMatrix gateUp,
    StoredMatrix down) {

  /**
   * Stores a layer.
   *
   * @param owner of what is kept
   * @param stored type of the matrices
   * @param computed type of the norms
   */
  static StoredLayer of(
      NDManager owner,
      TorchScript script,
      DecoderConfig config,
      DType stored,
      DType computed,
      LayerWeights w) {
    int q = config.heads() * config.headDim();
    int kv = config.kvHeads() * config.headDim();
    int hidden = config.hiddenSize();
    int ffn = config.intermediateSize();
    int type = WeightReader.torchType(computed);
    try (NDManager pass = owner.newSubManager()) {
      return new StoredLayer(
          script.callOne(owner, "store_dense", here(pass, w.inputNorm()), type),
          StoredMatrix.of(owner, script, stored, here(pass, w.qkv()), q, kv, kv),
          StoredMatrix.of(owner, script, stored, here(pass, w.output()), hidden),
          script.callOne(owner, "store_dense", here(pass, w.postNorm()), type),
          StoredMatrix.of(owner, script, stored, here(pass, w.gateUp()), ffn, ffn),
          StoredMatrix.of(owner, script, stored, here(pass, w.down()), hidden));
    }
  }

  /** The same on the pass's device. */
  static NDArray here(NDManager pass, NDArray array) {
    if (array.getDevice().equals(pass.getDevice())) {
      return array;
    }
    NDArray moved = array.toDevice(pass.getDevice(), true);
    moved.attach(pass);
    return moved;
  }

  List<StoredMatrix> matrices() {
    return List.of(qkv, output, gateUp, down);
  }

  /** The layer's weights as kernels take them, with these matrices in the place of its own. */
  List<NDArray> arrays(List<NDArray> matrices) {
    return List.of(
        inputNorm, matrices.get(0), matrices.get(1), postNorm, matrices.get(2), matrices.get(3));
  }
}
