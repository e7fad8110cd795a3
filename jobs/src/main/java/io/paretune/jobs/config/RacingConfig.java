package io.paretune.jobs.config;

import java.util.Optional;

/**
 * How candidates that cannot win are given up.
 *
 * @param confidence that a candidate which is stopped would have been beaten, in (0, 1); empty for
 *     asking every candidate everything
 * @param rungs steps in which a candidate's shards are asked; it is looked at after each
 */
public record RacingConfig(Optional<Double> confidence, int rungs) {}
