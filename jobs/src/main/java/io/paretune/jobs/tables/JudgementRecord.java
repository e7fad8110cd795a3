package io.paretune.jobs.tables;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What a judge said about an answer.
 *
 * @param contentHash of everything that the judge was told: model, prompt version, messages
 * @param model that was asked for
 * @param servedModel that answered, as the endpoint names it; empty if it does not
 * @param endpoint that served it
 * @param promptVersion of the judge's instructions
 * @param question what the answer is to
 * @param answers the accepted answers
 * @param prediction the answer
 * @param score what it is worth, in [0, 1]
 * @param reply the judge's own words
 * @param promptTokens as the endpoint counts them
 * @param completionTokens as the endpoint counts them
 * @param judgedAt UTC, in microseconds
 */
public record JudgementRecord(
    String contentHash,
    String model,
    String servedModel,
    String endpoint,
    String promptVersion,
    String question,
    List<String> answers,
    String prediction,
    double score,
    String reply,
    long promptTokens,
    long completionTokens,
    Instant judgedAt) {
  public JudgementRecord {
    answers = List.copyOf(answers);
    judgedAt = judgedAt.truncatedTo(ChronoUnit.MICROS);
    if (!(score >= 0 && score <= 1)) {
      throw new IllegalArgumentException("a judgement is in [0, 1], was " + score);
    }
  }
}
