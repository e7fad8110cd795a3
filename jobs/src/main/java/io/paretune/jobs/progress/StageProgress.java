package io.paretune.jobs.progress;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;
import org.jspecify.annotations.Nullable;

/**
 * Says how far a named piece of work is: tasks done of the stage that runs, where a stage lasts.
 * What has no name, and stages that are over soon, say nothing.
 */
public final class StageProgress extends SparkListener {
  private static final String NAME = "paretune.progress";

  /** A stage's first line comes after it, and the next ones as far apart. */
  static final Duration QUIET = Duration.ofSeconds(10);

  private final Clock clock;
  private final Consumer<String> lines;
  private final Map<Integer, Running> running = new HashMap<>();

  /** A listener for a Spark context; its methods are called by one thread. */
  public StageProgress(Clock clock, Consumer<String> lines) {
    this.clock = clock;
    this.lines = lines;
  }

  /** Does something under a name; the jobs that this thread starts meanwhile are its work. */
  public static <T> T during(SparkContext spark, String name, Supplier<T> work) {
    String before = spark.getLocalProperty(NAME);
    spark.setLocalProperty(NAME, name);
    try {
      return work.get();
    } finally {
      spark.setLocalProperty(NAME, before);
    }
  }

  /** The same for work that ends in nothing but its effect. */
  public static void during(SparkContext spark, String name, Runnable work) {
    during(
        spark,
        name,
        () -> {
          work.run();
          return name;
        });
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted event) {
    @Nullable Properties properties = event.properties();
    @Nullable String name = properties == null ? null : properties.getProperty(NAME);
    if (name != null) {
      StageInfo stage = event.stageInfo();
      running.put(stage.stageId(), new Running(name, stage.numTasks(), clock.instant()));
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd event) {
    @Nullable Running stage = running.get(event.stageId());
    if (stage != null && event.taskInfo().successful()) {
      stage.done(clock.instant(), lines);
    }
  }

  @Override
  public void onStageCompleted(SparkListenerStageCompleted event) {
    running.remove(event.stageInfo().stageId());
  }

  private static final class Running {
    private final String name;
    private final int tasks;
    private final Instant started;
    private final LinePace pace;
    private int done;

    Running(String name, int tasks, Instant started) {
      this.name = name;
      this.tasks = tasks;
      this.started = started;
      this.pace = new LinePace(QUIET, started);
    }

    void done(Instant now, Consumer<String> lines) {
      done++;
      // Of a task that ran twice both may end.
      if (done < tasks && pace.isDue(now)) {
        lines.accept(
            "%s: %d of %d tasks, %s"
                .formatted(
                    name, done, tasks, TimeLeft.text(Duration.between(started, now), done, tasks)));
      }
    }
  }
}
