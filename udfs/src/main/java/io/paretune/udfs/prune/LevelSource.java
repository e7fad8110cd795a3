package io.paretune.udfs.prune;

/**
 * Where the levels of a study's ratios come from.
 *
 * @param store keeps them
 * @param grid the ratios
 */
public record LevelSource(LevelIndexStore store, RatioGrid grid) {}
