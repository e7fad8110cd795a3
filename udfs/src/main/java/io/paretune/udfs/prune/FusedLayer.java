package io.paretune.udfs.prune;

import ai.djl.ndarray.NDArray;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.profile.Projection;

/**
 * The four matrices of a LLaMA decoder layer as the model keeps them: projections that read the
 * same input are stacked by rows.
 *
 * @param qkv (q + k + v rows, hidden)
 * @param o (hidden, q rows)
 * @param gateUp (2 · intermediate, hidden)
 * @param down (hidden, intermediate)
 */
public record FusedLayer(WeightMatrix qkv, WeightMatrix o, WeightMatrix gateUp, WeightMatrix down) {
  public FusedLayer {
    int keyAndValueRows = qkv.rows() - o.columns();
    if (keyAndValueRows < 2 || keyAndValueRows % 2 != 0 || gateUp.rows() != 2 * down.columns()) {
      throw new IllegalArgumentException(
          "matrices of no decoder layer: q|k|v %s, o %s, gate|up %s, down %s"
              .formatted(qkv, o, gateUp, down));
    }
  }

  /**
   * Looks at the tensors' own memory, which must outlive the result.
   *
   * @throws IllegalArgumentException if one is not a contiguous fp32 matrix on the CPU
   */
  public static FusedLayer of(NDArray qkv, NDArray o, NDArray gateUp, NDArray down) {
    return new FusedLayer(
        WeightMatrix.of(qkv), WeightMatrix.of(o), WeightMatrix.of(gateUp), WeightMatrix.of(down));
  }

  /** The matrix that reads that input. */
  public WeightMatrix fused(InputSite site) {
    return switch (site) {
      case ATTENTION -> qkv;
      case ATTENTION_OUTPUT -> o;
      case MLP -> gateUp;
      case MLP_DOWN -> down;
    };
  }

  /** Weights of all four. */
  public long weights() {
    return qkv.size() + o.size() + gateUp.size() + down.size();
  }

  /** The rows of one projection. */
  public WeightMatrix matrix(Projection projection) {
    return part(projection, fused(InputSite.of(projection)));
  }

  /** The rows of one projection in another matrix of the shape of {@link #fused}. */
  WeightMatrix part(Projection projection, WeightMatrix fused) {
    int q = o.columns();
    int k = (qkv.rows() - q) / 2;
    int gate = down.columns();
    return switch (projection) {
      case Q -> fused.rows(0, q);
      case K -> fused.rows(q, k);
      case V -> fused.rows(q + k, k);
      case GATE -> fused.rows(0, gate);
      case UP -> fused.rows(gate, gate);
      case O, DOWN -> fused;
    };
  }
}
