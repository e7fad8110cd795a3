package io.paretune.udfs.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.engine.Undo;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.LayerWeights;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.MaskKind;
import io.paretune.udfs.prune.FusedLayer;
import io.paretune.udfs.prune.PrunedLayer;
import io.paretune.udfs.prune.SparseGpt;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The layers of a SparseGPT candidate. The Hessians of one layer are held at a time. */
final class UpdatedLayers {
  private UpdatedLayers() {}

  /**
   * Prunes layer after layer, and brings each to where it is wanted before the next is begun.
   *
   * @param profile of the mask that is wanted: sequential calibrates a layer on what the layers
   *     before it, already pruned, make of the questions; one-shot on what the dense ones do
   * @param place of a layer in fp32 on the host, which it closes or returns
   * @param cancelled asked before each layer
   * @throws CancelledException if it became true
   */
  static LentLayers of(
      HostWeights host,
      CompressionProfile profile,
      CalibrationQuestions questions,
      UnaryOperator<PrunedLayer> place,
      BooleanSupplier cancelled) {
    return of(host, profile, questions, place, cancelled, host.model()::newManager);
  }

  /**
   * The same with a say in who owns the Hessians.
   *
   * @param owners one for each layer that is pruned; each is closed before the next is asked for
   */
  static LentLayers of(
      HostWeights host,
      CompressionProfile profile,
      CalibrationQuestions questions,
      UnaryOperator<PrunedLayer> place,
      BooleanSupplier cancelled,
      Supplier<NDManager> owners) {
    LentLayers done = new LentLayers(new TreeMap<>());
    return Undo.unlessDone(
        done::close,
        () -> {
          fill(done, host, profile, questions, place, cancelled, owners);
          return done;
        });
  }

  private static void fill(
      LentLayers done,
      HostWeights host,
      CompressionProfile profile,
      CalibrationQuestions questions,
      UnaryOperator<PrunedLayer> place,
      BooleanSupplier cancelled,
      Supplier<NDManager> owners) {
    MultimodalModel model = host.model();
    LayerwiseCalibration states = LayerwiseCalibration.start(model, questions.all());
    int last = profile.layers().get(profile.layers().size() - 1).layer();
    for (int l = 0; l <= last; l++) {
      CancelledException.throwIf(cancelled);
      LayerPlan plan = profile.layer(l);
      LayerWeights weights = model.layer(l);
      if (!plan.isPruned()) {
        states = states.after(model, weights);
        continue;
      }
      PrunedLayer pruned;
      try (NDManager owner = owners.get()) {
        pruned = prune(host, plan, states, owner);
      }
      int layer = l;
      LayerwiseCalibration before = states;
      boolean seen = profile.mask() == MaskKind.SEQUENTIAL;
      states =
          Undo.unlessDone(
              pruned::close,
              () -> {
                LayerWeights passed = seen ? ResidentModel.with(weights, pruned) : weights;
                LayerwiseCalibration after = layer < last ? before.after(model, passed) : before;
                done.byIndex().put(layer, place.apply(pruned));
                return after;
              });
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
}
