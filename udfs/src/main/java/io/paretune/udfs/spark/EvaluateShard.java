package io.paretune.udfs.spark;

import ai.djl.engine.EngineException;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.LoadedLayers;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.evaluate.ShardEvaluation;
import io.paretune.udfs.evaluate.ShardGeneration;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.NonFiniteOutputException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.jspecify.annotations.Nullable;

/**
 * A candidate on prepared shards. What is wrong with the candidate itself becomes an answer with a
 * reason, so that it fails alone; everything else fails the task, which Spark runs again. A task
 * that is cancelled hears of it between layers that are pruned and before each forward.
 *
 * @param source the model
 * @param benchmark judges
 * @param candidate what is done to the model
 * @param answering how questions are answered
 * @param batch questions wanted in a forward
 */
public record EvaluateShard(
    ModelSource source,
    Benchmark benchmark,
    CandidateSpec candidate,
    Answering answering,
    int batch)
    implements FlatMapFunction<Iterator<PreparedShard>, ShardAnswers> {

  @Override
  public Iterator<ShardAnswers> call(Iterator<PreparedShard> shards) throws InterruptedException {
    ResidentModel resident = source.resident();
    TaskContext task = TaskContext.get();
    BooleanSupplier cancelled = task::isInterrupted;
    List<ShardAnswers> answers = new ArrayList<>();
    while (shards.hasNext()) {
      PreparedShard shard = shards.next();
      long started = System.nanoTime();
      List<Outcome> outcomes = List.of();
      LoadedLayers loaded = LoadedLayers.NONE;
      @Nullable CandidateFailure failure = null;
      try (ResidentModel.Candidate borrowed = candidate.borrow(resident, cancelled)) {
        loaded = borrowed.loaded();
        outcomes =
            outcomes(
                resident, borrowed.layers(), candidate.seen(resident, shard, cancelled), cancelled);
      } catch (NonFiniteOutputException e) {
        failure =
            new CandidateFailure(CandidateFailure.Kind.OVERFLOW, String.valueOf(e.getMessage()));
      } catch (EngineException e) {
        String reason = OutOfMemory.reason(e).orElseThrow(() -> e);
        failure = new CandidateFailure(CandidateFailure.Kind.MEMORY, reason);
      }
      answers.add(
          new ShardAnswers(
              shard.shard(),
              outcomes,
              (System.nanoTime() - started) / 1e9,
              SparkEnv.get().executorId(),
              task.attemptNumber(),
              loaded,
              failure));
    }
    return answers.iterator();
  }

  private List<Outcome> outcomes(
      ResidentModel resident, LayerStack layers, PreparedShard shard, BooleanSupplier cancelled) {
    PreparedShard generated = shard.where(q -> answering.generates(benchmark, q.sample()));
    PreparedShard chosen = shard.where(q -> !answering.generates(benchmark, q.sample()));
    List<Outcome> outcomes =
        new ArrayList<>(
            new ShardEvaluation(resident.model(), benchmark, batch).run(layers, chosen, cancelled));
    outcomes.addAll(
        new ShardGeneration(resident.model(), resident.checkpoint().tokenizer(), benchmark, batch)
            .run(layers, generated, cancelled));
    return outcomes;
  }
}
