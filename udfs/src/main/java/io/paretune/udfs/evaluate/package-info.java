/**
 * One candidate on one shard of questions.
 *
 * <p>Path of a question: {@link io.paretune.udfs.evaluate.QuestionTokenizer} turns it into token
 * ids once; {@link io.paretune.udfs.evaluate.PreparedShard} keeps it with its image's features for
 * every candidate; {@link io.paretune.udfs.evaluate.ResidentModel} lends the candidate's layers;
 * {@link io.paretune.udfs.evaluate.ShardEvaluation} runs each image's prefix once and its questions
 * as one tree, and returns outcomes.
 */
@NullMarked
package io.paretune.udfs.evaluate;

import org.jspecify.annotations.NullMarked;
