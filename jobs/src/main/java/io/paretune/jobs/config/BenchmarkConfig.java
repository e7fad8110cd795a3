package io.paretune.jobs.config;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.benchmark.WeightedBenchmarks;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What candidates are scored on.
 *
 * @param nameIfSet what the samples of the only benchmark are called in the tables
 * @param samplesIfSet its files: absolute paths, patterns or URIs
 * @param format what they hold
 * @param images where image files are that they name by a path
 * @param severalIfSet benchmarks that are scored together, in the place of the only one
 * @param protocol whose prompts and rules are followed
 * @param answering how questions are answered where a benchmark says nothing else
 * @param maximumRejectedShare share of unusable rows above which nothing is taken
 * @param calibrationSplit split whose activations decide the masks
 * @param searchSplit split that the search scores candidates on
 * @param heldOutSplit split that the search never sees
 * @param splitShares shares of those three where files name no split; empty if they do
 * @param coreset the part of the search split that is asked
 */
public record BenchmarkConfig(
    Optional<String> nameIfSet,
    Optional<List<String>> samplesIfSet,
    BenchmarkFormat format,
    Optional<String> images,
    Optional<List<BenchmarkPart>> severalIfSet,
    Protocol protocol,
    AnsweringConfig answering,
    double maximumRejectedShare,
    String calibrationSplit,
    String searchSplit,
    String heldOutSplit,
    List<Double> splitShares,
    CoresetConfig coreset) {

  static BenchmarkConfig of(Values values) {
    return new BenchmarkConfig(
        values.get(Keys.BENCHMARK_NAME),
        values.get(Keys.BENCHMARK_SAMPLES),
        values.get(Keys.BENCHMARK_FORMAT),
        values.get(Keys.BENCHMARK_IMAGES),
        values.get(SeveralBenchmarks.KEY),
        values.get(Keys.PROTOCOL),
        new AnsweringConfig(values.get(Keys.ANSWERING_SEARCH), values.get(Keys.ANSWERING_CONFIRM)),
        values.get(Keys.MAX_REJECTED_SHARE),
        values.get(Keys.CALIBRATION_SPLIT),
        values.get(Keys.SEARCH_SPLIT),
        values.get(Keys.HELD_OUT_SPLIT),
        values.get(Keys.SPLIT_SHARES),
        new CoresetConfig(values.get(Keys.CORESET_QUESTIONS), values.get(Keys.CORESET_BY)));
  }

  /** The benchmarks, for commands that require {@code benchmark.name} and its samples. */
  public List<BenchmarkPart> parts() {
    return severalIfSet.orElseGet(
        () ->
            List.of(
                new BenchmarkPart(
                    nameIfSet.orElseThrow(() -> ParetuneConfig.notRequired("benchmark.name")),
                    samplesIfSet.orElseThrow(() -> ParetuneConfig.notRequired("benchmark.samples")),
                    format,
                    images,
                    1,
                    Optional.empty(),
                    Optional.empty())));
  }

  /** How questions are asked and judged, for commands that require a benchmark. */
  public Benchmark benchmark() {
    List<WeightedBenchmarks.Part> parts =
        parts().stream()
            .map(
                part ->
                    new WeightedBenchmarks.Part(
                        part.format().benchmark(part.name(), protocol), part.weight()))
            .toList();
    return parts.size() == 1 ? parts.get(0).benchmark() : new WeightedBenchmarks(parts);
  }

  /** One benchmark by itself: one of several, or one of the configured format. */
  public Benchmark alone(String benchmark) {
    return severalIfSet.orElseGet(List::of).stream()
        .filter(part -> part.name().equals(benchmark))
        .map(BenchmarkPart::format)
        .findFirst()
        .orElse(format)
        .benchmark(benchmark, protocol);
  }

  /** How the search has each benchmark's questions answered. */
  public Answering searching() {
    return answering(part -> part.searchedIfSet().orElse(answering.search()));
  }

  /** How what is confirmed answers each benchmark's questions. */
  public Answering confirming() {
    return answering(part -> part.confirmedIfSet().orElse(answering.confirm()));
  }

  private Answering answering(Function<BenchmarkPart, EvaluationMode> mode) {
    return new Answering(
        parts().stream()
            .collect(Collectors.toMap(BenchmarkPart::name, mode, (a, b) -> b, TreeMap::new)));
  }

  /** The benchmark's name, or the names of several joined by a plus sign. */
  public String name() {
    return severalIfSet
        .map(parts -> parts.stream().map(BenchmarkPart::name).collect(Collectors.joining("+")))
        .or(() -> nameIfSet)
        .orElseThrow(() -> ParetuneConfig.notRequired("benchmark.name"));
  }
}
