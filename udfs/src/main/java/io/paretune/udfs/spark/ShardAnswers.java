package io.paretune.udfs.spark;

import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.evaluate.LoadedLayers;
import java.io.Serializable;
import java.util.List;

/**
 * What a candidate answered on a shard.
 *
 * @param shard its number
 * @param outcomes one a question; empty if it failed
 * @param seconds from borrowing the layers to the last answer
 * @param executor who ran it
 * @param attempt number of the task's attempt, from 0
 * @param loaded layers that were pruned for it first
 * @param failure why the candidate cannot be run, or empty: an overflow to NaN, too little memory
 */
public record ShardAnswers(
    int shard,
    List<Outcome> outcomes,
    double seconds,
    String executor,
    int attempt,
    LoadedLayers loaded,
    String failure)
    implements Serializable {}
