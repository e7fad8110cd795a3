package io.paretune.jobs.export;

import io.paretune.jobs.tables.TrialScore;
import java.util.Locale;

/**
 * A score as the model card tells it.
 *
 * @param questions what was asked, such as "held-out questions"
 * @param score share of right answers
 * @param interval 95 % interval, clustered by image, and how many questions, or that it is not
 *     known
 */
record Measured(String questions, double score, String interval) {
  static Measured of(String questions, TrialScore score) {
    return new Measured(
        questions,
        score.score(),
        String.format(
            Locale.ROOT,
            "%.4f to %.4f, of %d questions",
            score.low(),
            score.high(),
            score.samples()));
  }

  /** A score of which no more is recorded. */
  static Measured alone(String questions, double score) {
    return new Measured(questions, score, "not recorded");
  }
}
