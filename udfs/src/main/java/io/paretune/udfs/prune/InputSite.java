package io.paretune.udfs.prune;

import io.paretune.udfs.profile.Projection;
import java.util.List;

/**
 * Where a decoder layer feeds its linear layers. Projections of one site see the same input, so
 * they share activation statistics, and the model keeps their weights fused, stacked by rows in the
 * order of {@link #projections()}.
 */
public enum InputSite {
  /** After the input norm: q, k and v. */
  ATTENTION,
  /** The attention's heads side by side: o. */
  OUTPUT,
  /** After the post-attention norm: gate and up. */
  MLP,
  /** The gated activations: down. */
  DOWN;

  /** The projections that read this input, in the row order of the fused matrix. */
  public List<Projection> projections() {
    return switch (this) {
      case ATTENTION -> List.of(Projection.Q, Projection.K, Projection.V);
      case OUTPUT -> List.of(Projection.O);
      case MLP -> List.of(Projection.GATE, Projection.UP);
      case DOWN -> List.of(Projection.DOWN);
    };
  }

  /** The site whose input that projection reads. */
  public static InputSite of(Projection projection) {
    return switch (projection) {
      case Q, K, V -> ATTENTION;
      case O -> OUTPUT;
      case GATE, UP -> MLP;
      case DOWN -> DOWN;
    };
  }
}
