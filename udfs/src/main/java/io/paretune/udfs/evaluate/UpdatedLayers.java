package io.paretune.udfs.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.LayerWeights;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.model.WeightPlace;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.MaskKind;
import io.paretune.udfs.prune.FusedLayer;
import io.paretune.udfs.prune.PrunedLayer;
import io.paretune.udfs.prune.SparseGpt;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The layers of a SparseGPT candidate, by index; those that nothing is done to are missing. The
 * Hessians of one layer are held at a time.
 */
record UpdatedLayers(Map<Integer, PrunedLayer> layers) implements AutoCloseable {

  /**
   * Prunes layer after layer.
   *
   * @param profile of the mask that is wanted: sequential calibrates a layer on what the layers
   *     before it, already pruned, make of the questions; one-shot on what the dense ones do
   */
  static UpdatedLayers of(
      HostWeights host, CompressionProfile profile, CalibrationQuestions questions) {
    return of(host, profile, questions, host.model()::newManager);
  }

  /**
   * The same with a say in who owns the Hessians.
   *
   * @param owners one for each layer that is pruned; each is closed before the next is asked for
   */
  static UpdatedLayers of(
      HostWeights host,
      CompressionProfile profile,
      CalibrationQuestions questions,
      Supplier<NDManager> owners) {
    MultimodalModel model = host.model();
    UpdatedLayers done = new UpdatedLayers(new TreeMap<>());
    boolean complete = false;
    try {
      LayerwiseCalibration states = LayerwiseCalibration.start(model, questions.all());
      int last = profile.layers().get(profile.layers().size() - 1).layer();
      for (int l = 0; l <= last; l++) {
        LayerPlan plan = profile.layer(l);
        LayerWeights weights = model.layer(l);
        if (plan.isPruned()) {
          PrunedLayer pruned;
          try (NDManager owner = owners.get()) {
            pruned = prune(host, plan, states, owner);
          }
          done.layers.put(l, pruned);
          if (profile.mask() == MaskKind.SEQUENTIAL) {
            weights = ResidentModel.with(weights, pruned);
          }
        }
        if (l < last) {
          states = states.after(model, weights);
        }
      }
      complete = true;
      return done;
    } finally {
      if (!complete) {
        done.close();
      }
    }
  }

  private static PrunedLayer prune(
      HostWeights host, LayerPlan plan, LayerwiseCalibration states, NDManager owner) {
    MultimodalModel model = host.model();
    FusedLayer dense = host.layers().get(plan.layer());
    Map<InputSite, NDArray> products = new EnumMap<>(InputSite.class);
    for (InputSite site : InputSite.values()) {
      if (site.projections().stream().anyMatch(p -> plan.pruningRatio(p) > 0)) {
        int channels = dense.fused(site).columns();
        products.put(site, owner.zeros(new Shape(channels, channels), DataType.FLOAT64));
      }
    }
    long tokens = states.addProducts(model, model.layer(plan.layer()), products);
    return PrunedLayer.of(host.pool(), new SparseGpt(owner, products, tokens), dense, plan);
  }

  /** The same where a model's weights are, rounded to its type; this one is closed. */
  UpdatedLayers placed(WeightPlace place) {
    UpdatedLayers there = new UpdatedLayers(new TreeMap<>());
    boolean complete = false;
    try {
      layers.forEach((l, pruned) -> there.layers.put(l, pruned.placed(place)));
      complete = true;
      return there;
    } finally {
      close();
      if (!complete) {
        there.close();
      }
    }
  }

  @Override
  public void close() {
    layers.values().forEach(PrunedLayer::close);
  }
}
