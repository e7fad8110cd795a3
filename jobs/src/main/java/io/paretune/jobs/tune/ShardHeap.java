package io.paretune.jobs.tune;

import io.paretune.udfs.cost.MemoryNeed;
import io.paretune.udfs.problem.Problems;
import java.util.Locale;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Whether the prepared shards that an executor's tasks hold at once fit into its heap: a task has
 * the whole of its shard there, the images as features.
 *
 * @param image what one of them takes
 * @param slots tasks that an executor runs at once
 * @param heap bytes of its heap
 * @param setting what gives it these
 */
record ShardHeap(MemoryNeed.Part image, int slots, long heap, String setting) {
  /** What Spark keeps shards in for later tasks; the rest is everything else's. */
  private static final double SHARE = 0.6;

  private static final long MIB = 1 << 20;

  /** Asked when executors are there: on some clusters only they tell how many tasks they run. */
  static ShardHeap of(JavaSparkContext spark, SearchMemory memory) {
    SparkConf conf = spark.getConf();
    boolean local = conf.get("spark.master", "local").startsWith("local");
    return new ShardHeap(
        memory.ofImage(),
        ExecutorCores.of(spark).tasks(conf),
        local
            ? Runtime.getRuntime().maxMemory()
            : conf.getSizeAsMb("spark.executor.memory", "1g") * MIB,
        local ? "spark.driver.memory" : "spark.executor.memory");
  }

  /**
   * Notes if they do not fit.
   *
   * @param split the questions' split
   * @param images in its largest shard
   * @param shards that there are
   * @param candidates that are asked at once; tasks are of as many shards of each
   */
  void check(String split, long images, int shards, int candidates, Problems problems) {
    long tasks = Math.min(slots, (long) shards * candidates);
    long needed = tasks * images * image.bytes();
    long room = (long) (SHARE * heap);
    if (needed <= room) {
      return;
    }
    long heapThen = (long) Math.ceil(needed / SHARE / MIB);
    String larger =
        String.format(Locale.ROOT, "%s so large that the heap has %,d MiB", setting, heapThen);
    long fitting = room / (slots * image.bytes());
    problems.add(
        "study.shards",
        String.format(
            Locale.ROOT,
            "is %d, so that a shard of the split \"%s\" has up to %,d images; of each a task holds"
                + " %,d bytes of %s, and an executor's %d tasks %s; %.0f %% of its heap are %s",
            shards,
            split,
            images,
            image.bytes(),
            image.what(),
            tasks,
            MemoryNeed.megabytes(needed),
            100 * SHARE,
            MemoryNeed.megabytes(room)),
        fitting == 0
            ? "make " + larger
            : "set it to at least %d, or make %s"
                .formatted((shards * images + fitting - 1) / fitting, larger));
  }
}
