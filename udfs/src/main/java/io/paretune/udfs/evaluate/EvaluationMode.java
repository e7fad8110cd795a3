package io.paretune.udfs.evaluate;

import java.util.Locale;

/** How questions are answered. */
public enum EvaluationMode {
  /** The option whose tokens are likeliest. */
  OPTIONS,
  /** Greedy generation, judged by its text. */
  GENERATE;

  /** The name on the command line. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
