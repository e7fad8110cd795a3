package io.paretune.jobs.config;

/**
 * How a candidate is evaluated; none of it changes a score.
 *
 * @param batch questions that go through the decoder together, at most
 */
public record EvaluationConfig(int batch) {}
