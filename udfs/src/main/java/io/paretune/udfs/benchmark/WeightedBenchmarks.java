package io.paretune.udfs.benchmark;

import com.google.gson.JsonObject;
import java.io.Serializable;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Several benchmarks at once: each question is asked and judged by the benchmark that it names; the
 * score is the weighted mean of the benchmarks' scores. Its error takes questions of different
 * benchmarks on one image together.
 *
 * @param parts at least one, each with its own name
 */
public record WeightedBenchmarks(List<Part> parts) implements Benchmark {

  /**
   * One benchmark.
   *
   * @param weight above 0; only weights' proportions matter
   */
  public record Part(Benchmark benchmark, double weight) implements Serializable {
    public Part {
      if (!(weight > 0) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException(
            "the weight of %s must be above 0, was %s".formatted(benchmark.name(), weight));
      }
    }
  }

  public WeightedBenchmarks {
    parts = List.copyOf(parts);
    Set<String> names = new HashSet<>();
    parts.forEach(p -> names.add(p.benchmark().name()));
    if (parts.isEmpty() || names.size() < parts.size()) {
      throw new IllegalArgumentException("benchmarks need different names, were " + parts);
    }
  }

  /** All names, joined by a plus sign. */
  @Override
  public String name() {
    return parts.stream().map(p -> p.benchmark().name()).collect(Collectors.joining("+"));
  }

  private Benchmark of(Sample sample) {
    return parts.stream()
        .map(Part::benchmark)
        .filter(b -> b.name().equals(sample.benchmark()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "sample %s is of the benchmark \"%s\", not of %s"
                        .formatted(sample.sampleId(), sample.benchmark(), name())));
  }

  @Override
  public String question(Sample sample) {
    return of(sample).question(sample);
  }

  @Override
  public List<String> choices(Sample sample) {
    return of(sample).choices(sample);
  }

  @Override
  public String target(Sample sample) {
    return of(sample).target(sample);
  }

  @Override
  public boolean generates(Sample sample) {
    return of(sample).generates(sample);
  }

  @Override
  public boolean asksWhichOption(Sample sample) {
    return of(sample).asksWhichOption(sample);
  }

  @Override
  public Grouping grouping(Sample sample) {
    return of(sample).grouping(sample);
  }

  @Override
  public GenerationRules generation(Sample sample) {
    return of(sample).generation(sample);
  }

  @Override
  public Verdict judge(Sample sample, String text) {
    return of(sample).judge(sample, text);
  }

  @Override
  public Verdict judgeChoice(Sample sample, String choice) {
    return of(sample).judgeChoice(sample, choice);
  }

  @Override
  public String label(Sample sample, Verdict verdict) {
    return of(sample).label(sample, verdict);
  }

  @Override
  public double chance(Sample sample) {
    return of(sample).chance(sample);
  }

  /** Weights are shared out among the benchmarks that were asked at all. */
  @Override
  public RatioSum ratios(Tally tally) {
    Map<Part, Tally> asked = asked(tally);
    double weights = asked.keySet().stream().mapToDouble(Part::weight).sum();
    RatioSum sum = new RatioSum();
    asked.forEach(
        (part, own) ->
            sum.with(
                part.benchmark().name(), part.weight() / weights, part.benchmark().ratios(own)));
    return sum;
  }

  private Map<Part, Tally> asked(Tally tally) {
    Map<Part, Tally> asked = new LinkedHashMap<>();
    for (Part part : parts) {
      Tally own = tally.where(c -> c.benchmark().equals(part.benchmark().name()));
      if (own.questions() > 0) {
        asked.put(part, own);
      }
    }
    return asked;
  }

  @Override
  public Map<String, Double> scoreByBenchmark(Tally tally) {
    Map<String, Double> scores = new TreeMap<>();
    asked(tally).forEach((part, own) -> scores.putAll(part.benchmark().scoreByBenchmark(own)));
    return scores;
  }

  @Override
  public double combined(Map<String, Double> byBenchmark) {
    double sum = 0;
    double weights = 0;
    for (Part part : parts) {
      Double own = byBenchmark.get(part.benchmark().name());
      if (own != null) {
        sum += part.weight() * own;
        weights += part.weight();
      }
    }
    return sum / weights;
  }

  @Override
  public double weight(String benchmarkName) {
    return parts.stream()
        .filter(p -> p.benchmark().name().equals(benchmarkName))
        .mapToDouble(Part::weight)
        .findFirst()
        .orElse(0);
  }

  /** {@code score} and {@code by_benchmark}, each benchmark's own report. */
  @Override
  public JsonObject report(Tally tally) {
    JsonObject report = new JsonObject();
    report.addProperty("score", score(tally).value());
    JsonObject byBenchmark = new JsonObject();
    asked(tally)
        .forEach(
            (part, own) -> byBenchmark.add(part.benchmark().name(), part.benchmark().report(own)));
    report.add("by_benchmark", byBenchmark);
    return report;
  }
}
