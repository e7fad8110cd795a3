package io.paretune.jobs.fanout;

import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Sample;
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

/**
 * The questions of a split without their images, and where they are.
 *
 * @param benchmark asks and judges them
 * @param samples by sample id
 * @param shards that have questions, ascending
 */
public record QuestionImages(
    Benchmark benchmark, Map<String, Sample> samples, List<Integer> shards) {
  public QuestionImages {
    samples = Map.copyOf(samples);
    shards = List.copyOf(shards);
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

  /** What the answers on each image of each benchmark are worth if all of them are right. */
  public Map<String, Double> worth() {
    Map<String, Double> worth = new HashMap<>();
    Map<String, Double> shares = shares();
    samples
        .values()
        .forEach(
            s ->
                worth.merge(
                    place(s.imageId(), s.benchmark()),
                    shares.getOrDefault(s.benchmark(), 1.0),
                    Double::sum));
    return worth;
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

  /** What recorded answers are worth, by image and benchmark. */
  public Map<String, Double> scores(List<ShardResultRecord> recorded) {
    Map<String, Double> scores = new HashMap<>();
    Map<String, Double> shares = shares();
    for (ShardResultRecord row : recorded) {
      for (ShardResultRecord.Outcome o : row.outcomes()) {
        Sample sample = sample(o.sampleId());
        scores.merge(
            place(sample.imageId(), sample.benchmark()),
            o.score() * shares.getOrDefault(sample.benchmark(), 1.0),
            Double::sum);
      }
    }
    return scores;
  }

  /** What answers are worth, by image and benchmark. */
  Map<String, Double> scores(Collection<Outcome> outcomes) {
    Map<String, Double> scores = new HashMap<>();
    Map<String, Double> shares = shares();
    outcomes.forEach(
        o ->
            scores.merge(
                place(o.imageId(), o.cell().benchmark()),
                o.credit() * shares.getOrDefault(o.cell().benchmark(), 1.0),
                Double::sum));
    return scores;
  }

  /**
   * An image with the questions of one benchmark: those are in one shard, and so in one rung, also
   * where another benchmark has the same image. Sorts by the image, which is a hash.
   */
  private static String place(String imageId, String benchmark) {
    return imageId + "/" + benchmark;
  }

  /**
   * How much a question of each benchmark counts, so that sums compare as the weighted score does:
   * its weight over its number of questions, the largest of them 1.
   */
  private Map<String, Double> shares() {
    Map<String, Double> shares = new HashMap<>();
    samples.values().stream()
        .collect(Collectors.groupingBy(Sample::benchmark, Collectors.counting()))
        .forEach((name, count) -> shares.put(name, benchmark.weight(name) / count));
    double most = shares.values().stream().mapToDouble(s -> s).max().orElse(1);
    shares.replaceAll((name, share) -> share / most);
    return shares;
  }
}
