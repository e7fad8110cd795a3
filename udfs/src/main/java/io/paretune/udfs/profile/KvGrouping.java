package io.paretune.udfs.profile;

import java.util.Arrays;
import java.util.Optional;

/** Which values of a cached key share a scale and a zero. Values are always grouped by token. */
public enum KvGrouping {
  /** One token, one KV head: head_dim values. */
  TOKEN("token"),
  /** One channel over 32 tokens, with a full-precision residual (KIVI, arXiv 2402.02750 §3). */
  CHANNEL_KEYS("channel-keys");

  /** Tokens of a group of {@link #CHANNEL_KEYS}. */
  public static final int CHANNEL_TOKENS = 32;

  private final String key;

  KvGrouping(String key) {
    this.key = key;
  }

  /** The name in profiles. */
  public String key() {
    return key;
  }

  public static Optional<KvGrouping> ofKey(String key) {
    return Arrays.stream(values()).filter(g -> g.key.equals(key)).findFirst();
  }
}
