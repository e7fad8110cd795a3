/**
 * A study from its inputs to its confirmed frontier. The path of one profile: a sampler proposes a
 * point, {@link io.paretune.jobs.search.CompressionSpace} reads it as a profile, {@link
 * io.paretune.jobs.fanout.SparkTrialRunner} sends it to the executors, {@link
 * io.paretune.udfs.evaluate.ResidentModel} lends its layers, {@link
 * io.paretune.udfs.evaluate.ShardEvaluation} answers the questions; answers and score go to the
 * tables and the score back to the sampler; what no other profile beats is asked the held-out
 * questions.
 */
@NullMarked
package io.paretune.jobs.tune;

import org.jspecify.annotations.NullMarked;
