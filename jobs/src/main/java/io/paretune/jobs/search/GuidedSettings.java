package io.paretune.jobs.search;

import java.util.EnumSet;
import java.util.Set;

/**
 * Which parts of the guided sampler work. What each is worth is in the ablation of {@code
 * search_benchmark.md}: for {@link Part#CURVES} and {@link Part#MONOTONE} it shows nothing beside
 * {@link Part#DAMAGE}, for {@link Part#WARP} .01 or nothing.
 *
 * @param parts what is switched on
 * @param spread how far draws of the model stray from its mean; 1 is its posterior
 * @param boldness how much of its predictions' deviation the surrogate's expected hypervolume
 *     counts after the first trials; below 1 it trusts its means, which with many variables it has
 *     to
 * @param tpeEvery in spaces where little is known, every so-many-th trial is TPE's own
 * @param tpe how the TPE beside it works
 */
public record GuidedSettings(
    Set<Part> parts, double spread, double boldness, int tpeEvery, TpeSettings tpe) {
  /** The switchable parts. */
  public enum Part {
    /** Uniform settings of whole groups as proposals, at first and later. */
    UNIFORM,
    /** Best trade-offs of the model and of draws of it under a known quantity. */
    KNAPSACK,
    /** On frontiers every second proposal is the best that a draw of the model sees. */
    DRAW,
    /** Less of a known cost never improves the score. */
    MONOTONE,
    /** Effects shared by groups and smooth in depth; without it every variable is on its own. */
    STRUCTURE,
    /** A variable's effect is mostly a multiple of its group's curve. */
    CURVES,
    /** A parametric model of how layers' damage becomes a loss, where it foresees better. */
    DAMAGE,
    /** The model's non-additive parts: neighbours and the Matérn rest. */
    INTERACTIONS,
    /** Changes of scale chosen by likelihood. */
    WARP,
    /** Hill climbing from the best proposals. */
    REFINE
  }

  public static final GuidedSettings DEFAULT =
      new GuidedSettings(EnumSet.allOf(Part.class), 1, 0.3, 5, TpeSettings.DEFAULT);

  public GuidedSettings {
    parts = Set.copyOf(parts);
    if (!(spread >= 0) || !(boldness > 0) || tpeEvery < 1) {
      throw new IllegalArgumentException(
          "spread must not be negative, boldness positive and tpeEvery at least 1, were %s, %s and %d"
              .formatted(spread, boldness, tpeEvery));
    }
  }

  boolean has(Part part) {
    return parts.contains(part);
  }

  /** These settings with one part switched off. */
  public GuidedSettings without(Part part) {
    EnumSet<Part> fewer = EnumSet.noneOf(Part.class);
    fewer.addAll(parts);
    fewer.remove(part);
    return new GuidedSettings(fewer, spread, boldness, tpeEvery, tpe);
  }

  public GuidedSettings withSpread(double other) {
    return new GuidedSettings(parts, other, boldness, tpeEvery, tpe);
  }

  public GuidedSettings withBoldness(double other) {
    return new GuidedSettings(parts, spread, other, tpeEvery, tpe);
  }
}
