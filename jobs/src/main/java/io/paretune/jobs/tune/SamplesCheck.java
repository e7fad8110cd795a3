package io.paretune.jobs.tune;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_distinct;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.size;

import io.paretune.jobs.config.BenchmarkConfig;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.problem.Suggestion;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Whether a study can ask its benchmarks' samples; asked of each before any is written. */
final class SamplesCheck implements BiConsumer<String, Dataset<Row>> {
  private final ParetuneConfig config;
  private final Supplier<ShardHeap> heap;

  /** Of the benchmarks so far: images by split and shard. */
  private final Map<String, Map<Integer, Long>> images = new TreeMap<>();

  private int benchmarks;

  /**
   * A check of all the benchmarks of a study, one after the other.
   *
   * @param heap what must hold the shards of all of them; asked for after the last one is read
   */
  SamplesCheck(ParetuneConfig config, Supplier<ShardHeap> heap) {
    this.config = config;
    this.heap = heap;
  }

  /**
   * Checks one benchmark's samples, and with the last one whether the shards of all fit.
   *
   * @param samples with the columns of the {@code samples} table
   * @throws InvalidInputException with what is missing or too large
   */
  @Override
  public void accept(String name, Dataset<Row> samples) {
    BenchmarkFormat format =
        config.benchmark().parts().stream()
            .filter(part -> part.name().equals(name))
            .findFirst()
            .orElseThrow()
            .format();
    Map<String, Boolean> open = new TreeMap<>(); // split -> has questions without options
    samples
        .groupBy("split", "shard")
        .agg(min(size(col("options"))), count_distinct(col("image_id")))
        .collectAsList()
        .forEach(
            row -> {
              String split = row.getString(0);
              open.merge(split, isOpen(format, row.getInt(2)), Boolean::logicalOr);
              images
                  .computeIfAbsent(split, s -> new HashMap<>())
                  .merge(row.getInt(1), row.getLong(3), Long::sum);
            });
    benchmarks++;
    Problems problems = new Problems();
    checkSplits(name, open, problems);
    if (benchmarks == config.benchmark().parts().size()) {
      checkHeap(problems);
    }
    problems.throwIfAny();
  }

  private void checkSplits(String name, Map<String, Boolean> open, Problems problems) {
    BenchmarkConfig benchmark = config.benchmark();
    boolean searched = benchmark.searching().mode(name) == EvaluationMode.OPTIONS;
    boolean confirmed = benchmark.confirming().mode(name) == EvaluationMode.OPTIONS;
    // Held-out questions are also answered as in the search, to compare.
    Set<String> byOptions = new HashSet<>();
    if (searched) {
      byOptions.add("benchmark.splits.search");
    }
    if (searched || confirmed) {
      byOptions.add("benchmark.splits.held-out");
    }
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("benchmark.splits.calibration", benchmark.calibrationSplit());
    keys.put("benchmark.splits.search", benchmark.searchSplit());
    keys.put("benchmark.splits.held-out", benchmark.heldOutSplit());
    keys.forEach(
        (key, split) -> {
          if (!open.containsKey(split)) {
            problems.add(
                key,
                name + " has no question of the split \"" + split + "\"",
                Suggestion.among(split, open.keySet()));
          } else if (byOptions.contains(key) && Boolean.TRUE.equals(open.get(split))) {
            problems.add(
                key,
                "the split \"%s\" of %s has questions without options".formatted(split, name),
                "set benchmark.answering.search (of held-out ones, confirm) to protocol or"
                    + " generate, for this benchmark, or leave open questions out of the split");
          }
        });
    if (benchmark.heldOutSplit().equals(benchmark.searchSplit())) {
      problems.add(
          "benchmark.splits.held-out",
          "is the split that is searched on: \"" + benchmark.searchSplit() + "\"",
          "name questions that the search does not see");
    }
  }

  /**
   * Whether a question has no choices that could be compared.
   *
   * @param options fewest of a question
   */
  private static boolean isOpen(BenchmarkFormat format, int options) {
    return switch (format) {
      case POPE, MME -> false;
      case TEXT_VQA, VQA_V2, GQA -> true;
      case GENERIC, SCIENCE_QA, MM_BENCH -> options == 0;
    };
  }

  private void checkHeap(Problems problems) {
    BenchmarkConfig benchmark = config.benchmark();
    Map<String, Long> largest = new LinkedHashMap<>();
    largest.merge(
        benchmark.calibrationSplit(),
        largestShard(benchmark.calibrationSplit(), config.calibration().samples()),
        Math::max);
    largest.merge(
        benchmark.searchSplit(),
        largestShard(benchmark.searchSplit(), benchmark.coreset().questions()),
        Math::max);
    largest.merge(benchmark.heldOutSplit(), largestShard(benchmark.heldOutSplit(), 0), Math::max);
    ShardHeap room = heap.get();
    largest.forEach(
        (split, most) ->
            room.check(
                split, most, config.study().shards(), config.study().concurrency(), problems));
  }

  /**
   * Images in the largest shard of what is asked of a split.
   *
   * @param questions that are asked of it; 0 for all
   */
  private long largestShard(String split, int questions) {
    long all =
        images.getOrDefault(split, Map.of()).values().stream().mapToLong(n -> n).max().orElse(0);
    // Some are spread over the shards as all are, but for chance: twice their share is enough.
    return questions == 0 ? all : Math.min(all, 2L * questions / config.study().shards() + 1);
  }
}
