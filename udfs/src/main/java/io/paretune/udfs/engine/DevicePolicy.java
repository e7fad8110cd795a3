package io.paretune.udfs.engine;

import java.util.Locale;

/** What a model runs on. */
public enum DevicePolicy {
  /** The GPU that Spark gives a task, if it gives one. */
  AUTO,
  /** The CPU, whatever Spark gives: GPUs are then only slots. */
  CPU;

  /** The name in configuration. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
