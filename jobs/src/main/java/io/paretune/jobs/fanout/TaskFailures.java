package io.paretune.jobs.fanout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.Success$;
import org.apache.spark.TaskEndReason;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.TaskKilled;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.jspecify.annotations.Nullable;

/**
 * Hears why tasks failed, by job group: Spark's own message does not say which shard it was.
 * Listeners hear late, so whoever asks waits for the end of the job that it asks about.
 */
final class TaskFailures extends SparkListener {
  private final Map<Integer, String> groupOfStage = new HashMap<>();
  private final Set<Integer> openJobs = new HashSet<>();
  private final Set<Integer> endedJobs = new HashSet<>();
  private final Map<String, List<String>> failures = new HashMap<>();

  private static Optional<String> group(@Nullable Properties properties) {
    return Optional.ofNullable(properties).map(p -> p.getProperty("spark.jobGroup.id"));
  }

  @Override
  public synchronized void onJobStart(SparkListenerJobStart job) {
    if (group(job.properties()).isPresent()) {
      openJobs.add(job.jobId());
    }
  }

  @Override
  public synchronized void onJobEnd(SparkListenerJobEnd job) {
    if (openJobs.remove(job.jobId())) {
      endedJobs.add(job.jobId());
      notifyAll();
    }
  }

  @Override
  public synchronized void onStageSubmitted(SparkListenerStageSubmitted stage) {
    group(stage.properties()).ifPresent(g -> groupOfStage.put(stage.stageInfo().stageId(), g));
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
            "%s %d, attempt %d on executor %s: %s"
                .formatted(
                    task.taskType().equals("ResultTask") ? "shard" : "part of the input",
                    task.taskInfo().partitionId(),
                    task.taskInfo().attemptNumber(),
                    task.taskInfo().executorId(),
                    said(reason)));
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

  /** Waits until the end of a job with a group was heard of, and all that came before it. */
  synchronized void awaitEnd(int job, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (long left = patience.toNanos(); left > 0; left = end - System.nanoTime()) {
      if (endedJobs.remove(job)) {
        return;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  /** A group's last failure. */
  synchronized Optional<String> last(String group) {
    List<String> heard = failures.getOrDefault(group, List.of());
    return heard.isEmpty() ? Optional.empty() : Optional.of(heard.get(heard.size() - 1));
  }

  /** What a group's tasks failed with so far, and forgets it. */
  synchronized List<String> taken(String group) {
    List<String> heard = failures.remove(group);
    return heard == null ? List.of() : heard;
  }
}
