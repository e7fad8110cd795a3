/**
 * Candidates over the cluster: a benchmark's shards are prepared once and kept by the executors,
 * and each candidate is a Spark job over them, several in flight.
 */
@NullMarked
package io.paretune.jobs.fanout;

import org.jspecify.annotations.NullMarked;
