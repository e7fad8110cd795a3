package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.checkpoint.Activation;
import io.paretune.udfs.checkpoint.FeatureSelect;
import io.paretune.udfs.checkpoint.ModelConfig;
import io.paretune.udfs.engine.TorchScript;
import java.util.List;

/** LLaVA-1.5's two linear layers from the vision encoder's width to the decoder's. */
final class Projector {
  private static final String AT = "multi_modal_projector.linear_";

  private final TorchScript script;
  private final List<NDArray> weights;
  private final int skippedTokens;
  private final boolean quick;

  Projector(ModelConfig config, WeightReader reader, TorchScript script) {
    this.script = script;
    this.weights =
        List.of(
            reader.read(AT + "1.weight"),
            reader.read(AT + "1.bias"),
            reader.read(AT + "2.weight"),
            reader.read(AT + "2.bias"));
    this.skippedTokens = config.select() == FeatureSelect.DEFAULT ? 1 : 0;
    this.quick = config.projectorActivation() == Activation.QUICK_GELU;
  }

  /** (I, C, E) to (I, T, H) in fp32. */
  NDArray project(NDManager owner, NDArray states) {
    return script.callOne(owner, "project", states, weights, skippedTokens, quick);
  }
}
