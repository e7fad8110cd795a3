package io.paretune.jobs.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.Success$;
import org.apache.spark.TaskEndReason;
import org.apache.spark.TaskKilled;
import org.apache.spark.executor.ExecutorMetrics;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.JobSucceeded$;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;
import org.apache.spark.scheduler.TaskInfo;
import org.apache.spark.scheduler.TaskLocality;
import org.junit.jupiter.api.Test;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

class TaskFailuresTest {
  private static <T> Seq<T> none() {
    return CollectionConverters.asScala(List.<T>of()).toSeq();
  }

  private static SparkListenerStageSubmitted stage(int id, String group) {
    Properties properties = new Properties();
    properties.setProperty("spark.jobGroup.id", group);
    return new SparkListenerStageSubmitted(
        new StageInfo(
            id, 0, "collect", 4, none(), none(), "", null, none(), Option.empty(), 0, false, 0),
        properties);
  }

  private static SparkListenerTaskEnd end(int stage, int shard, int attempt, TaskEndReason reason) {
    return end("ResultTask", stage, shard, attempt, reason);
  }

  private static SparkListenerTaskEnd end(
      String kind, int stage, int shard, int attempt, TaskEndReason reason) {
    return new SparkListenerTaskEnd(
        stage,
        0,
        kind,
        reason,
        new TaskInfo(7, 0, attempt, shard, 0, "2", "host", TaskLocality.ANY(), false),
        new ExecutorMetrics(),
        new TaskMetrics());
  }

  @Test
  void whatATrialSurvivedIsToldByShardOfThatTrialOnlyAndOnce() {
    TaskFailures heard = new TaskFailures();
    heard.onStageSubmitted(stage(1, "study/4"));
    heard.onStageSubmitted(stage(2, "study/5"));
    TaskEndReason lost =
        new ExecutorLostFailure("2", true, Option.apply("worker lost\nand more of it"));
    heard.onTaskEnd(end(1, 3, 0, lost));
    heard.onTaskEnd(end(1, 2, 1, Success$.MODULE$));
    heard.onTaskEnd(end(2, 3, 0, new TaskKilled("another attempt succeeded", null, null, null)));
    heard.onTaskEnd(end(9, 3, 0, lost));

    assertThat(heard.last("study/4")).get().asString().contains("shard 3, attempt 0");
    assertThat(heard.taken("study/4"))
        .containsExactly(
            "shard 3, attempt 0 on executor 2: ExecutorLostFailure (executor 2 exited caused by one"
                + " of the running tasks) Reason: worker lost");
    assertThat(heard.taken("study/4")).isEmpty();
    assertThat(heard.taken("study/5")).as("a copy that was not needed any more").isEmpty();
  }

  @Test
  void whatIsReadAgainForAShardIsNoShard() {
    TaskFailures heard = new TaskFailures();
    heard.onStageSubmitted(stage(1, "study/4"));
    heard.onTaskEnd(
        end(
            "ShuffleMapTask",
            1,
            9,
            2,
            new ExecutorLostFailure("2", false, Option.apply("worker lost"))));

    assertThat(heard.last("study/4"))
        .hasValueSatisfying(
            said -> assertThat(said).startsWith("part of the input 9, attempt 2 on executor 2: "));
  }

  /** Spark says that a job is done before its listeners have heard of its tasks. */
  @Test
  void whoAsksAfterAJobWaitsUntilItsEndWasHeardOf() throws Exception {
    TaskFailures heard = new TaskFailures();
    heard.onStageSubmitted(stage(1, "study/4"));
    heard.onJobStart(new SparkListenerJobStart(7, 0, none(), stage(1, "study/4").properties()));
    CompletableFuture<List<String>> asked =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                heard.awaitEnd(7, Duration.ofMinutes(1));
                return heard.taken("study/4");
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    heard.onJobEnd(new SparkListenerJobEnd(6, 0, JobSucceeded$.MODULE$));
    assertThat(asked).isNotDone();

    heard.onTaskEnd(end(1, 3, 0, new ExecutorLostFailure("2", true, Option.apply("gone"))));
    heard.onJobEnd(new SparkListenerJobEnd(7, 0, JobSucceeded$.MODULE$));

    assertThat(asked.get(1, TimeUnit.MINUTES)).hasSize(1);
  }

  @Test
  void whoAsksAfterAJobWhoseEndIsNotHeardOfGoesOnAfterAWhile() throws InterruptedException {
    TaskFailures heard = new TaskFailures();
    heard.awaitEnd(7, Duration.ofMillis(20));
    assertThat(heard.taken("study/4")).isEmpty();
  }
}
