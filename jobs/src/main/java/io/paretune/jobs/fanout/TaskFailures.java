package io.paretune.jobs.fanout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.Success$;
import org.apache.spark.TaskEndReason;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.TaskKilled;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.jspecify.annotations.Nullable;

/** Hears why tasks failed, by job group: Spark's own message does not say which shard it was. */
final class TaskFailures extends SparkListener {
  private final Map<Integer, String> groupOfStage = new HashMap<>();
  private final Map<String, List<String>> failures = new HashMap<>();

  @Override
  public synchronized void onStageSubmitted(SparkListenerStageSubmitted stage) {
    Properties properties = stage.properties();
    @Nullable String group =
        properties == null ? null : properties.getProperty("spark.jobGroup.id");
    if (group != null) {
      groupOfStage.put(stage.stageInfo().stageId(), group);
    }
  }

  @Override
  public synchronized void onStageCompleted(SparkListenerStageCompleted stage) {
    // Tasks of a failed stage may still end; ids are small, and so is a group's name.
    if (stage.stageInfo().failureReason().isEmpty()) {
      groupOfStage.remove(stage.stageInfo().stageId());
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd task) {
    @Nullable String group = groupOfStage.get(task.stageId());
    TaskEndReason reason = task.reason();
    if (group == null || reason == Success$.MODULE$ || reason instanceof TaskKilled) {
      return;
    }
    failures
        .computeIfAbsent(group, g -> new ArrayList<>())
        .add(
            "shard %d, attempt %d on executor %s: %s"
                .formatted(
                    task.taskInfo().partitionId(),
                    task.taskInfo().attemptNumber(),
                    task.taskInfo().executorId(),
                    said(reason)));
    notifyAll();
  }

  private static String said(TaskEndReason reason) {
    if (reason instanceof ExceptionFailure e) {
      String kind = e.className().substring(e.className().lastIndexOf('.') + 1);
      return kind + firstLine(e.description()).map(d -> ": " + d).orElse("");
    }
    return reason instanceof TaskFailedReason failed
        ? firstLine(failed.toErrorString()).orElse("failed")
        : reason.toString();
  }

  private static Optional<String> firstLine(@Nullable String text) {
    return text == null ? Optional.empty() : text.strip().lines().findFirst();
  }

  /** Of a group whose job was given up: its last failure, once it is heard of. */
  synchronized Optional<String> last(String group, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (!failures.containsKey(group) && System.nanoTime() < end) {
      wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
    }
    List<String> heard = failures.getOrDefault(group, List.of());
    return heard.isEmpty() ? Optional.empty() : Optional.of(heard.get(heard.size() - 1));
  }

  /** What a group's tasks failed with so far, and forgets it. */
  synchronized List<String> taken(String group) {
    List<String> heard = failures.remove(group);
    return heard == null ? List.of() : heard;
  }
}
