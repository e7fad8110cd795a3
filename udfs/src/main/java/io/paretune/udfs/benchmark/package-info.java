/**
 * What is asked of a model and how its answers are judged. Nothing here runs a model: a benchmark
 * turns a sample into a prompt and an answer into an outcome, and outcomes add up to a {@link
 * io.paretune.udfs.benchmark.Tally} that merges over shards in any order.
 */
@NullMarked
package io.paretune.udfs.benchmark;

import org.jspecify.annotations.NullMarked;
