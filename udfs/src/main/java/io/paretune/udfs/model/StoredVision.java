package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.checkpoint.DType;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.profile.VisionPlan;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Vision tower and projector as a compressed model keeps them: what was pruned as bitmask and kept
 * values, expanded layer by layer just before use; the rest as it is stored. Not safe for use by
 * many threads.
 */
final class StoredVision implements VisionSource {
  private final NDManager scratch;
  private final VisionWeights dense;
  private final List<Map<InputSite, StoredMatrix>> tower = new ArrayList<>();
  private final Map<InputSite, StoredMatrix> projector = new EnumMap<>(InputSite.class);
  private final Map<InputSite, NDArray> towerSpace = new EnumMap<>(InputSite.class);
  private final Map<InputSite, NDArray> projectorSpace = new EnumMap<>(InputSite.class);

  /**
   * Packs what the plan prunes; the dense matrices in its place are closed.
   *
   * @param owner of what is kept
   * @param scratch of the room that a layer is expanded into
   * @param dense as stored, owned by {@code owner}
   * @param pruned the same model's, pruned as the plan says
   * @param towerType type that the tower's matrices are stored in
   * @param projectorType the same of the projector's
   * @param like of the type that is computed in
   */
  StoredVision(
      NDManager owner,
      NDManager scratch,
      TorchScript script,
      VisionPlan plan,
      VisionWeights dense,
      VisionWeights pruned,
      DType towerType,
      DType projectorType,
      NDArray like) {
    this.scratch = scratch;
    this.dense = dense;
    Packing packing = new Packing(owner, script, towerType);
    for (int l = 0; l < dense.layers().size() && plan.towerRatio() > 0; l++) {
      tower.add(packing.pack(dense.matrices(l), pruned.matrices(l)));
    }
    if (plan.projectorRatio() > 0) {
      projector.putAll(
          new Packing(owner, script, projectorType)
              .pack(dense.projectorMatrices(), pruned.projectorMatrices()));
    }
    if (!tower.isEmpty()) {
      tower.get(0).forEach((site, m) -> towerSpace.put(site, space(script, m, like)));
    }
    projector.forEach((site, m) -> projectorSpace.put(site, space(script, m, like)));
  }

  private NDArray space(TorchScript script, StoredMatrix shape, NDArray like) {
    return script.callOne(scratch, "workspace", like, shape.rows(), shape.columns());
  }

  private record Packing(NDManager owner, TorchScript script, DType stored) {
    Map<InputSite, StoredMatrix> pack(
        Map<InputSite, NDArray> dense, Map<InputSite, NDArray> pruned) {
      Map<InputSite, StoredMatrix> packed = new EnumMap<>(InputSite.class);
      pruned.forEach(
          (site, matrix) -> {
            int rows = Math.toIntExact(matrix.getShape().get(0));
            int[] parts =
                site == InputSite.ATTENTION
                    ? new int[] {rows / 3, rows / 3, rows / 3}
                    : new int[] {rows};
            try (NDManager pass = owner.newSubManager()) {
              packed.put(
                  site,
                  StoredMatrix.of(owner, script, stored, StoredLayer.here(pass, matrix), parts));
            }
          });
      dense.values().forEach(NDArray::close);
      return packed;
    }
  }

  /** The room that layers are expanded into. */
  List<NDArray> workspace() {
    List<NDArray> all = new ArrayList<>(towerSpace.values());
    all.addAll(projectorSpace.values());
    return all;
  }

  @Override
  public List<NDArray> layer(int index) {
    return tower.isEmpty()
        ? dense.layer(index)
        : dense.layerWith(index, expanded(tower.get(index), towerSpace));
  }

  @Override
  public List<NDArray> projector() {
    return projector.isEmpty()
        ? dense.projector()
        : dense.projectorWith(expanded(projector, projectorSpace));
  }

  private Map<InputSite, NDArray> expanded(
      Map<InputSite, StoredMatrix> packed, Map<InputSite, NDArray> space) {
    try (NDManager pass = scratch.newSubManager()) {
      for (Map.Entry<InputSite, StoredMatrix> entry : packed.entrySet()) {
        NDArray out = space.get(entry.getKey());
        if (out != null) {
          entry.getValue().expand(pass, out);
        }
      }
    }
    return space;
  }
}
