package io.paretune.udfs.model;

import io.paretune.udfs.profile.Projection;
import java.util.Arrays;
import java.util.List;

/** Where a decoder layer's linear projections read. Projections of one site have the same input. */
public enum InputSite {
  /** After the input norm: (hidden). Query, key and value read here. */
  ATTENTION,
  /** The attention heads' results: (heads · head_dim). The output projection reads here. */
  ATTENTION_OUTPUT,
  /** After the post-attention norm: (hidden). Gate and up read here. */
  MLP,
  /** The gated activations: (intermediate). The down projection reads here. */
  MLP_DOWN;

  /** The projections that read here. */
  public List<Projection> projections() {
    return Arrays.stream(Projection.values()).filter(p -> of(p) == this).toList();
  }

  /** Where a projection reads. */
  public static InputSite of(Projection projection) {
    return switch (projection) {
      case Q, K, V -> ATTENTION;
      case O -> ATTENTION_OUTPUT;
      case GATE, UP -> MLP;
      case DOWN -> MLP_DOWN;
    };
  }
}
