package io.paretune.jobs.config;

import io.paretune.jobs.search.SamplerName;
import io.paretune.udfs.profile.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One search.
 *
 * @param name the study in the tables; running it again resumes it
 * @param sampler what proposes candidates
 * @param sensitivities whether the sampler is told before the first trial what calibration says of
 *     the layers
 * @param seed of the sampler's random generator
 * @param trials candidates to evaluate
 * @param maxDuration time after which no new candidate is started
 * @param patience trials in a row that may pass without the frontier moving by more than noise
 *     before the search ends; 0 for any number
 * @param template a file that the command {@code template} wrote, whose profiles are tried first
 * @param warmStart earlier searches that are evidence
 * @param concurrency candidates in flight at once
 * @param shards parts that the search split is divided into
 * @param racing how candidates that cannot win are given up
 * @param uniformBaseline ratios at which every layer is pruned alike, to compare with; under an n:m
 *     pattern n/m, if any was asked for
 */
public record StudyConfig(
    String name,
    SamplerName sampler,
    boolean sensitivities,
    long seed,
    int trials,
    Optional<Duration> maxDuration,
    int patience,
    Optional<String> template,
    WarmStartConfig warmStart,
    int concurrency,
    int shards,
    RacingConfig racing,
    List<Double> uniformBaseline,
    SpaceConfig space,
    ConstraintsConfig constraints) {

  static StudyConfig of(Values values) {
    SpaceConfig space = SpaceConfig.of(values);
    List<Double> baseline = values.get(Keys.UNIFORM_BASELINE);
    return new StudyConfig(
        values.get(Keys.STUDY_NAME),
        values.get(Keys.SAMPLER),
        values.get(Keys.SENSITIVITIES),
        values.get(Keys.SEED),
        values.get(Keys.TRIALS),
        values.get(Keys.MAX_DURATION),
        values.get(Keys.PATIENCE),
        values.get(Keys.TEMPLATE),
        new WarmStartConfig(values.get(Keys.WARM_START), values.get(Keys.WARM_START_WEIGHT)),
        values.get(Keys.CONCURRENCY),
        values.get(Keys.SHARDS),
        new RacingConfig(values.get(Keys.RACING_CONFIDENCE), values.get(Keys.RACING_RUNGS)),
        space.pattern() == Pattern.UNSTRUCTURED || baseline.isEmpty()
            ? baseline
            : List.of(space.pattern().ratio()),
        space,
        new ConstraintsConfig(
            values.get(Keys.MAX_MEMORY), values.get(Keys.MIN_MEAN_PRUNING_RATIO)));
  }
}
