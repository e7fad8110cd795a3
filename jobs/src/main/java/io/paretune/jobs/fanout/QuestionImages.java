package io.paretune.jobs.fanout;

import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Gains;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.RatioSum;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.spark.SampleRows;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The questions of a split without their images, and where they are. */
public final class QuestionImages {
  private final Benchmark benchmark;
  private final Map<String, Sample> samples;
  private final List<Integer> shards;
  private final RatioSum allRight;

  /**
   * Some questions.
   *
   * @param benchmark asks and judges them
   * @param samples by sample id
   * @param shards that have questions, ascending
   */
  public QuestionImages(Benchmark benchmark, Map<String, Sample> samples, List<Integer> shards) {
    this.benchmark = benchmark;
    this.samples = Map.copyOf(samples);
    this.shards = List.copyOf(shards);
    this.allRight =
        benchmark.ratios(
            Tally.of(
                samples.values().stream()
                    .map(s -> benchmark.recorded(s, benchmark.target(s), 1))
                    .toList()));
  }

  /**
   * Reads them.
   *
   * @param questions with the columns of the {@code samples} table
   */
  public static QuestionImages of(Dataset<Row> questions, Benchmark benchmark) {
    Map<String, Sample> samples = new HashMap<>();
    TreeSet<Integer> shards = new TreeSet<>();
    for (Row row : questions.drop("image").collectAsList()) {
      Sample sample = SampleRows.sample(row);
      samples.put(sample.sampleId(), sample);
      shards.add(row.getAs("shard"));
    }
    return new QuestionImages(benchmark, samples, List.copyOf(shards));
  }

  /** How many questions there are. */
  public long questions() {
    return samples.size();
  }

  /** Asks and judges them. */
  public Benchmark benchmark() {
    return benchmark;
  }

  /** The questions by their ids. */
  public Map<String, Sample> samples() {
    return samples;
  }

  /** The shards that have questions, ascending. */
  public List<Integer> shards() {
    return shards;
  }

  /** What the answers on each image of each benchmark add if all of them are right. */
  public Gains allRight() {
    return allRight.gains(allRight);
  }

  /** The score of guessing. */
  public double chance() {
    Map<String, Double> byBenchmark =
        samples.values().stream()
            .collect(
                Collectors.groupingBy(
                    Sample::benchmark,
                    TreeMap::new,
                    Collectors.averagingDouble(benchmark::chance)));
    return benchmark.combined(byBenchmark);
  }

  /** The question of an id. */
  public Sample sample(String sampleId) {
    Sample sample = samples.get(sampleId);
    if (sample == null) {
      throw new IllegalStateException("sample " + sampleId + " is not of this split");
    }
    return sample;
  }

  /** The outcome of an answer that was recorded. */
  public Outcome recorded(String sampleId, String prediction, double credit) {
    return benchmark.recorded(sample(sampleId), prediction, credit);
  }

  /** What recorded answers add to the score. */
  public Gains gains(List<ShardResultRecord> recorded) {
    return gains(
        recorded.stream()
            .flatMap(row -> row.outcomes().stream())
            .map(o -> recorded(o.sampleId(), o.prediction(), o.score()))
            .toList());
  }

  /**
   * What answers add to the score: all those of an image of a benchmark, which are in one shard and
   * so in one rung.
   */
  Gains gains(Collection<Outcome> outcomes) {
    return benchmark.ratios(Tally.of(outcomes)).gains(allRight);
  }
}
