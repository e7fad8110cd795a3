package io.paretune.udfs.profile;

import java.util.Arrays;
import java.util.Optional;

/** The seven linear layers of a LLaMA decoder layer, in the order of a checkpoint. */
public enum Projection {
  Q("q_proj", "self_attn.q_proj"),
  K("k_proj", "self_attn.k_proj"),
  V("v_proj", "self_attn.v_proj"),
  O("o_proj", "self_attn.o_proj"),
  GATE("gate_proj", "mlp.gate_proj"),
  UP("up_proj", "mlp.up_proj"),
  DOWN("down_proj", "mlp.down_proj");

  private final String key;
  private final String module;

  Projection(String key, String module) {
    this.key = key;
    this.module = module;
  }

  /** The name in profiles, such as {@code q_proj}. */
  public String key() {
    return key;
  }

  /** The module's path inside a decoder layer of a checkpoint, such as {@code self_attn.q_proj}. */
  public String module() {
    return module;
  }

  /** The projection of that name in profiles, if there is one. */
  public static Optional<Projection> ofKey(String key) {
    return Arrays.stream(values()).filter(p -> p.key.equals(key)).findFirst();
  }
}
