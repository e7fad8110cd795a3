package io.paretune.jobs.config;

import java.util.List;
import java.util.Optional;

/**
 * What candidates are scored on.
 *
 * @param nameIfSet what the samples are called in the tables
 * @param samplesIfSet sample files: absolute paths or URIs
 * @param calibrationSplit split whose activations decide the masks
 * @param searchSplit split that the search scores candidates on
 * @param heldOutSplit split that the search never sees
 */
public record BenchmarkConfig(
    Optional<String> nameIfSet,
    Optional<List<String>> samplesIfSet,
    String calibrationSplit,
    String searchSplit,
    String heldOutSplit) {

  static BenchmarkConfig of(Values values) {
    return new BenchmarkConfig(
        values.get(Keys.BENCHMARK_NAME),
        values.get(Keys.BENCHMARK_SAMPLES),
        values.get(Keys.CALIBRATION_SPLIT),
        values.get(Keys.SEARCH_SPLIT),
        values.get(Keys.HELD_OUT_SPLIT));
  }

  /** The name in the tables, for commands that require {@code benchmark.name}. */
  public String name() {
    return nameIfSet.orElseThrow(() -> ParetuneConfig.notRequired("benchmark.name"));
  }

  /** The sample files, for commands that require {@code benchmark.samples}. */
  public List<String> samples() {
    return samplesIfSet.orElseThrow(() -> ParetuneConfig.notRequired("benchmark.samples"));
  }
}
