package io.paretune.jobs.judge;

import java.util.List;

/**
 * An answer to judge.
 *
 * @param benchmark that the question is of
 * @param sampleId the question's id
 * @param imageId the image that was asked about: outcomes are clustered by it
 * @param question what was asked
 * @param answers the accepted answers
 * @param prediction what the model said; may be empty
 */
public record JudgedAnswer(
    String benchmark,
    String sampleId,
    String imageId,
    String question,
    List<String> answers,
    String prediction) {
  public JudgedAnswer {
    answers = List.copyOf(answers);
  }
}
