package io.paretune.jobs.export;

import io.paretune.jobs.tables.TrialScore;

/**
 * A score as the model card tells it.
 *
 * @param questions what was asked, such as "held-out questions"
 * @param score share of right answers
 * @param low lower end of the 95 % interval, clustered by image
 * @param high its upper end
 * @param count how many questions
 */
record Measured(String questions, double score, double low, double high, long count) {
  static Measured of(String questions, TrialScore score) {
    return new Measured(questions, score.score(), score.low(), score.high(), score.samples());
  }
}
