package io.paretune.jobs.config;

import java.util.Optional;

/**
 * Which candidates are worth evaluating.
 *
 * @param maxMemoryBytes most memory that a candidate may need
 * @param minMeanPruningRatio least mean over the decoder's weights of the share set to zero
 */
public record ConstraintsConfig(
    Optional<Long> maxMemoryBytes, Optional<Double> minMeanPruningRatio) {}
