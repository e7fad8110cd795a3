package io.paretune.jobs.frontier;

import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.TrialCost;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.udfs.profile.CompressionProfile;
import java.util.OptionalDouble;

/**
 * One line of the printed frontier.
 *
 * @param label what the profile is called
 * @param criterion by which weights go; empty where none do
 * @param cost what it needs of memory
 * @param score share of the questions answered right
 * @param low lower end of the score's 95 % interval
 * @param high its upper end
 * @param heldOut its score on held-out questions, if known
 * @param note a last word, such as the point's status; may be empty
 */
public record FrontierLine(
    String label,
    String criterion,
    TrialCost cost,
    double score,
    double low,
    double high,
    OptionalDouble heldOut,
    String note) {

  /** A frontier's point. */
  public static FrontierLine of(FrontierRecord point) {
    return new FrontierLine(
        "trial " + point.trialId(),
        criterion(point.profile()),
        point.cost(),
        point.score(),
        point.scoreLow(),
        point.scoreHigh(),
        point.confirmedScore(),
        point.status().key() + (point.promoted() ? ", promoted" : ""));
  }

  /**
   * A trial with a score.
   *
   * @throws IllegalArgumentException if it has none
   */
  public static FrontierLine of(String label, TrialRecord trial) {
    TrialScore score =
        trial
            .score()
            .orElseThrow(
                () -> new IllegalArgumentException("trial " + trial.trialId() + " has no score"));
    return new FrontierLine(
        label,
        criterion(trial.profile()),
        trial.cost(),
        score.score(),
        score.low(),
        score.high(),
        trial.confirmedScore(),
        trial.origin().key());
  }

  private static String criterion(CompressionProfile profile) {
    return profile.prunes() ? profile.criterion().key() : "";
  }
}
