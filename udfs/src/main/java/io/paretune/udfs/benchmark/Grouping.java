package io.paretune.udfs.benchmark;

/** How a benchmark's metric counts questions of one {@link Sample#group}. */
public enum Grouping {
  /** Each by itself. */
  ALONE,
  /** Each by itself, and all of them as one. */
  ALSO_TOGETHER,
  /** All of them as one: a single wrong answer loses it, whatever the others are worth. */
  ONLY_TOGETHER
}
