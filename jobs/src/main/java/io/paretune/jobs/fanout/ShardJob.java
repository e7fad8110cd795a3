package io.paretune.jobs.fanout;

import io.paretune.udfs.spark.ShardAnswers;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.jspecify.annotations.Nullable;
import scala.Function1;
import scala.collection.Iterator;
import scala.concurrent.ExecutionContext;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/**
 * A Spark job over some shards whose answers arrive shard by shard: nothing waits for the slowest
 * shard of a rung, and a trial that is given up is cancelled while later shards are under way.
 */
final class ShardJob {
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final SimpleFutureAction<BoxedUnit> action;

  /** Something that happened: a shard's answers, or the job's end with or without an error. */
  private record Event(@Nullable Answered answered, @Nullable Throwable failure) {}

  /**
   * A shard's end.
   *
   * @param answers none if the shard holds no question
   */
  record Answered(int shard, List<ShardAnswers> answers) {}

  private ShardJob(JavaRDD<ShardAnswers> answers, List<Integer> shards) {
    action =
        answers
            .rdd()
            .context()
            .submitJob(
                answers.rdd(),
                new Collect(),
                CollectionConverters.asScala(List.<Object>copyOf(shards)).toSeq(),
                new Receive(shards, events),
                () -> BoxedUnit.UNIT);
    action.onComplete(
        (Function1<Try<BoxedUnit>, BoxedUnit>)
            result -> {
              events.add(new Event(null, result.isFailure() ? result.failed().get() : null));
              return BoxedUnit.UNIT;
            },
        ExecutionContext.parasitic$.MODULE$);
  }

  static ShardJob submit(JavaRDD<ShardAnswers> answers, List<Integer> shards) {
    return new ShardJob(answers, shards);
  }

  /**
   * The next shard's answers, in the order in which they arrive.
   *
   * @throws JobFailedException if Spark gave the job up, or it was cancelled
   * @throws IllegalStateException if all shards have been answered
   */
  Answered next() throws InterruptedException, JobFailedException {
    Event event = events.take();
    if (event.answered() != null) {
      return event.answered();
    }
    events.add(event); // whoever asks again hears the same
    if (event.failure() != null) {
      throw new JobFailedException(event.failure());
    }
    throw new IllegalStateException("every shard has been answered");
  }

  /** Its number in Spark. */
  int id() {
    return (Integer) action.jobIds().head();
  }

  /**
   * Takes back its waiting tasks; running ones end after their batch, or the layer that they prune.
   */
  void cancel() {
    action.cancel();
  }

  /** Spark gave a job up. */
  static final class JobFailedException extends Exception {
    private static final long serialVersionUID = 1;

    JobFailedException(Throwable cause) {
      super(cause);
    }
  }

  /** On the driver: hands a shard's answers over. Called by Spark's scheduler, one at a time. */
  private static final class Receive extends AbstractFunction2<Object, Object, BoxedUnit> {
    private final List<Integer> shards;
    private final BlockingQueue<Event> events;

    Receive(List<Integer> shards, BlockingQueue<Event> events) {
      this.shards = shards;
      this.events = events;
    }

    @Override
    @SuppressWarnings("unchecked") // what Collect returned
    public BoxedUnit apply(Object index, Object answers) {
      events.add(
          new Event(new Answered(shards.get((Integer) index), (List<ShardAnswers>) answers), null));
      return BoxedUnit.UNIT;
    }
  }

  /** In an executor: the answers of a partition. */
  private static final class Collect extends AbstractFunction1<Iterator<ShardAnswers>, Object>
      implements Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public Object apply(Iterator<ShardAnswers> answers) {
      ArrayList<ShardAnswers> all = new ArrayList<>();
      answers.foreach(
          a -> {
            all.add(a);
            return BoxedUnit.UNIT;
          });
      return all;
    }
  }
}
