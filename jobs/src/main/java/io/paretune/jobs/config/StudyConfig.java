package io.paretune.jobs.config;

import io.paretune.jobs.search.SamplerName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One search.
 *
 * @param name the study in the tables; running it again resumes it
 * @param sampler what proposes candidates
 * @param seed of the sampler's random generator
 * @param trials candidates to evaluate
 * @param maxDuration time after which no new candidate is started
 * @param concurrency candidates in flight at once
 * @param shards parts that the search split is divided into
 * @param racing how candidates that cannot win are given up
 * @param uniformBaseline ratios at which every layer is pruned alike, to compare with
 */
public record StudyConfig(
    String name,
    SamplerName sampler,
    long seed,
    int trials,
    Optional<Duration> maxDuration,
    int concurrency,
    int shards,
    RacingConfig racing,
    List<Double> uniformBaseline,
    SpaceConfig space,
    ConstraintsConfig constraints) {

  static StudyConfig of(Values values) {
    return new StudyConfig(
        values.get(Keys.STUDY_NAME),
        values.get(Keys.SAMPLER),
        values.get(Keys.SEED),
        values.get(Keys.TRIALS),
        values.get(Keys.MAX_DURATION),
        values.get(Keys.CONCURRENCY),
        values.get(Keys.SHARDS),
        new RacingConfig(values.get(Keys.RACING_CONFIDENCE), values.get(Keys.RACING_RUNGS)),
        values.get(Keys.UNIFORM_BASELINE),
        SpaceConfig.of(values),
        new ConstraintsConfig(
            values.get(Keys.MAX_MEMORY), values.get(Keys.MIN_MEAN_PRUNING_RATIO)));
  }
}
