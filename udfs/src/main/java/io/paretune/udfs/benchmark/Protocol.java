package io.paretune.udfs.benchmark;

import java.util.Locale;

/** Whose way of asking and judging is followed where published evaluations differ. */
public enum Protocol {
  /** The scripts of LLaVA-1.5 (github.com/haotian-liu/LLaVA, docs/Evaluation.md). */
  LLAVA,
  /** github.com/EvolvingLMMs-Lab/lmms-eval, its default prompts. */
  LMMS_EVAL;

  /** The name in configuration and on the command line. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
