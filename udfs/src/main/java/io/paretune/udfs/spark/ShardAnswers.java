package io.paretune.udfs.spark;

import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.evaluate.LoadedLayers;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a candidate answered on a shard.
 *
 * @param shard its number
 * @param outcomes one a question; empty if it failed
 * @param seconds from borrowing the layers to the last answer
 * @param executor who ran it
 * @param attempt number of the task's attempt, from 0
 * @param loaded layers that were pruned for it first
 * @param failure why the candidate could not be run; null if it could (an Optional cannot be
 *     serialized)
 */
public record ShardAnswers(
    int shard,
    List<Outcome> outcomes,
    double seconds,
    String executor,
    int attempt,
    LoadedLayers loaded,
    @Nullable CandidateFailure failure)
    implements Serializable {

  /** Why the candidate could not be run, if it could not. */
  public Optional<CandidateFailure> failed() {
    return Optional.ofNullable(failure);
  }
}
