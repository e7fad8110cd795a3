package io.paretune.jobs.tune;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.udfs.cost.MemoryNeed;
import io.paretune.udfs.problem.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class SamplesCheckTest {
  private static SamplesCheck check(int heapImages, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "benchmarks=[{name=a,samples=[\"a\"]},{name=b,samples=[\"b\"]}]",
                "study.shards=2",
                "study.concurrency=1",
                "calibration.samples=0"));
    words.addAll(List.of(more));
    ParetuneConfig config = ParetuneConfig.read(Optional.empty(), words, Set.of());
    MemoryNeed.Part image = new MemoryNeed.Part("features", 6 << 20);
    long heap = heapImages * (10L << 20); // 60 % of it hold so many images
    return new SamplesCheck(config, () -> new ShardHeap(image, 1, heap, "spark.executor.memory"));
  }

  /** Two questions of each image; one in shard 0, {@code images - 1} in shard 1. */
  private static String rows(String split, int images) {
    return """
    SELECT '%s' AS split, CAST(least(1, floor(id / 2)) AS INT) AS shard,
      concat('%s', floor(id / 2)) AS image_id, array('yes', 'no') AS options
    FROM range(%d)\
    """
        .formatted(split, split, 2 * images);
  }

  private static Dataset<Row> samples(String... splits) {
    return SharedSpark.session().sql(String.join(" UNION ALL ", splits));
  }

  private static final String[] SMALL = {rows("train", 2), rows("test", 2)};

  @Test
  void theLargestShardOfAllBenchmarksTogetherMustFit() {
    SamplesCheck refused = check(6);
    refused.accept("a", samples(SMALL[0], SMALL[1], rows("val", 5)));
    assertThatThrownBy(() -> refused.accept("b", samples(SMALL[0], SMALL[1], rows("val", 4))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            "study.shards: is 2, so that a shard of the split \"val\" has up to 7 images;")
        .hasMessageContaining(" — set it to at least 3, or make spark.executor.memory");

    SamplesCheck fits = check(7);
    fits.accept("a", samples(SMALL[0], SMALL[1], rows("val", 5)));
    assertThatCode(() -> fits.accept("b", samples(SMALL[0], SMALL[1], rows("val", 4))))
        .doesNotThrowAnyException();
  }

  @Test
  void onlyWhatIsAskedOfASplitCounts() {
    SamplesCheck check = check(6, "calibration.samples=4", "benchmark.coreset.questions=5");
    check.accept("a", samples(rows("train", 50), rows("val", 40), rows("test", 2)));
    assertThatCode(
            () -> check.accept("b", samples(rows("train", 50), rows("val", 40), rows("test", 2))))
        .doesNotThrowAnyException();
  }

  @Test
  void aSplitThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> check(6).accept("a", samples(SMALL[0], rows("vak", 3), SMALL[1])))
        .hasMessage(
            "benchmark.splits.search: a has no question of the split \"val\" — did you mean"
                + " \"vak\"? there are test, train, vak");
  }
}
