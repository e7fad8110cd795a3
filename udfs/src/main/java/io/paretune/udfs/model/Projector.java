package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.checkpoint.Activation;
import io.paretune.udfs.checkpoint.FeatureSelect;
import io.paretune.udfs.checkpoint.ModelConfig;
import io.paretune.udfs.engine.TorchScript;
import java.util.List;
import java.util.Map;

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

  /** The dense weights, in the order of the kernel. */
  List<NDArray> weights() {
    return weights;
  }

  /** (I, C, E) to (I, T, H) in fp32. */
  NDArray project(NDManager owner, NDArray states, VisionSource source) {
    return script.callOne(owner, "project", states, source.projector(), skippedTokens, quick);
  }

  /** Sums of the squared inputs of both linear layers. */
  Map<InputSite, double[]> squares(NDManager owner, NDArray states, VisionSource source) {
    NDArray once = once(owner, tokens(states));
    NDList result =
        script.call(
            owner, "project_squares", states, source.projector(), skippedTokens, quick, once);
    return Map.of(
        InputSite.MLP, result.get(1).toDoubleArray(),
        InputSite.MLP_DOWN, result.get(2).toDoubleArray());
  }

  /** Tokens of all images that go through it. */
  long tokens(NDArray states) {
    return states.getShape().get(0) * (states.getShape().get(1) - skippedTokens);
  }

  /** So many tokens, each counted once. */
  static NDArray once(NDManager owner, long tokens) {
    return owner.ones(new Shape(tokens), DataType.FLOAT64);
  }
}
