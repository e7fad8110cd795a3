package io.paretune.jobs.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.SharedSpark;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class StageProgressTest {
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

  @Test
  void namedWorkThatLastsSaysHowFarItIs() throws TimeoutException {
    List<String> said = of(Duration.ofSeconds(6), () -> count("encoding 8 images", 8));

    assertThat(said)
        .as("the fourth line would come when all is done")
        .containsExactly(
            "encoding 8 images: 2 of 8 tasks, about 36 s left",
            "encoding 8 images: 4 of 8 tasks, about 24 s left",
            "encoding 8 images: 6 of 8 tasks, about 12 s left");
  }

  @Test
  void whatIsOverSoonOrHasNoNameSaysNothing() throws TimeoutException {
    assertThat(of(Duration.ofMillis(10), () -> count("soon over", 8))).isEmpty();
    assertThat(of(Duration.ofSeconds(60), () -> count(8))).isEmpty();
  }

  @Test
  void timeLeftIsSaidInMinutesAndSeconds() {
    assertThat(TimeLeft.text(Duration.ofSeconds(25), 1, 6)).isEqualTo("about 2 min 5 s left");
    assertThat(TimeLeft.text(Duration.ofSeconds(25), 6, 6)).isEqualTo("about 0 s left");
  }

  /** The lines said while some work runs of which every task takes so long. */
  private List<String> of(Duration task, Runnable work) throws TimeoutException {
    SparkContext spark = SharedSpark.session().sparkContext();
    StageProgress progress = new StageProgress(ticking(task), lines::add);
    spark.addSparkListener(progress);
    try {
      work.run();
      spark.listenerBus().waitUntilEmpty();
      return List.copyOf(lines);
    } finally {
      spark.removeSparkListener(progress);
    }
  }

  /** A clock that is read once when a stage starts and once at each task's end. */
  private static Clock ticking(Duration step) {
    AtomicLong reads = new AtomicLong();
    return new Clock() {
      @Override
      public Instant instant() {
        return Instant.EPOCH.plus(step.multipliedBy(reads.getAndIncrement()));
      }

      @Override
      public ZoneOffset getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  private static long count(String name, int tasks) {
    SparkContext spark = SharedSpark.session().sparkContext();
    return StageProgress.during(spark, name, () -> count(tasks));
  }

  private static long count(int tasks) {
    return JavaSparkContext.fromSparkContext(SharedSpark.session().sparkContext())
        .parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
        .count();
  }
}
