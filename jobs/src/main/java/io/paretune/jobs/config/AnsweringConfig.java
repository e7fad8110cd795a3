package io.paretune.jobs.config;

import io.paretune.udfs.evaluate.EvaluationMode;

/**
 * How questions are answered: the search can take the cheap way, what is confirmed takes the
 * published evaluation's.
 *
 * @param search of the search's questions
 * @param confirm of the held-out questions
 */
public record AnsweringConfig(EvaluationMode search, EvaluationMode confirm) {}
