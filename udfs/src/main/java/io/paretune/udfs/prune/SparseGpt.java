package io.paretune.udfs.prune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.KernelText;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.profile.Projection;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * SparseGPT (arXiv 2301.00774) on one layer, with the published code's settings: damping of 1 %,
 * blocks of 128 columns, in each of which the threshold is over all rows. The weights that stay are
 * updated, so this is a baseline: the product's own profiles update none. Within a block the
 * published threshold takes one weight more than the ratio says.
 *
 * <p>Holds the Hessian and its factor of each of the layer's four inputs: 16 bytes a pair of
 * channels. Not safe for use by many threads.
 */
public final class SparseGpt implements LayerPruning {
  static final int BLOCK = 128;
  static final double DAMPING = 0.01;

  private final TorchScript script =
      TorchScript.compiled(
          Device.cpu(), List.of(KernelText.resource(SparseGpt.class, "sparse_gpt.py")));
  private final NDManager manager;
  private final Map<InputSite, NDArray> hessians;
  private final Map<InputSite, NDArray> factors = new EnumMap<>(InputSite.class);

  /**
   * Takes over what calibration saw.
   *
   * @param manager owns the products, and gets the factors; whoever closes it ends the use of this
   * @param products Σ x xᵀ over the tokens, by site: (C, C) fp64
   * @param tokens how many
   */
  public SparseGpt(NDManager manager, Map<InputSite, NDArray> products, long tokens) {
    this.manager = manager;
    this.hessians = new EnumMap<>(products);
    hessians.values().forEach(product -> product.muli(2.0 / tokens));
  }

  @Override
  public void prune(LayerPlan plan, Projection projection, WeightMatrix dense, WeightMatrix out) {
    double ratio = plan.pruningRatio(projection);
    if (PruningCriterion.prunedPerRow(dense.columns(), ratio) == 0) {
      dense.copyTo(out);
      return;
    }
    Pattern pattern = plan.pattern();
    if (pattern != Pattern.UNSTRUCTURED) {
      PatternPruning.requireWholeGroups(plan.layer(), projection, pattern, dense.columns());
    }
    InputSite site = InputSite.of(projection);
    NDArray hessian = Objects.requireNonNull(hessians.get(site), "every site was calibrated");
    try (NDManager pass = manager.newSubManager()) {
      NDArray weight = pass.create(dense.toArray(), new Shape(dense.rows(), dense.columns()));
      NDArray updated =
          script.callOne(
              pass,
              "sparse_gpt",
              weight,
              hessian,
              factor(site, hessian),
              gone(dense.rows(), dense.columns(), ratio),
              BLOCK,
              pattern.zeros(),
              pattern.group()); // (R, C)
      out.floats().put(updated.toFloatArray());
    }
  }

  private NDArray factor(InputSite site, NDArray hessian) {
    return factors.computeIfAbsent(
        site, s -> script.callOne(manager, "inverse_factor", hessian, DAMPING));
  }

  /** Python's {@code int(numel * ratio)} of each block. */
  private static long[] gone(int rows, int columns, double ratio) {
    List<Long> gone = new ArrayList<>();
    for (int start = 0; start < columns; start += BLOCK) {
      long weights = (long) rows * Math.min(BLOCK, columns - start);
      gone.add((long) (weights * ratio));
    }
    return gone.stream().mapToLong(Long::longValue).toArray();
  }
}
