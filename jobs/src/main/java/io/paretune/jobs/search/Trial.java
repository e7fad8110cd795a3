package io.paretune.jobs.search;

import java.util.List;

/**
 * One candidate and what is known of it.
 *
 * @param id number within its study, from 0
 * @param point what was tried
 * @param state what became of it
 * @param values one a objective, in the space's order; NaN where unknown
 * @param samples how many right-or-wrong answers the unknown objectives are the mean of; 0 if they
 *     are not such means
 * @param origin where it comes from
 */
public record Trial(
    long id, Point point, TrialState state, List<Double> values, long samples, Origin origin) {

  public Trial {
    values = List.copyOf(values);
  }

  public double value(int objective) {
    return values.get(objective);
  }

  public boolean isComplete() {
    return state == TrialState.COMPLETE;
  }

  /**
   * Where a trial comes from and what its values are worth here.
   *
   * @param name such as sampler, uniform, incumbent or template
   * @param weight 1 for a trial measured as this study measures; less for evidence from elsewhere,
   *     which counts that much at first and less and less as this study's own trials come in
   */
  public record Origin(String name, double weight) {
    /** A proposal of the study's own sampler. */
    public static final Origin SAMPLER = new Origin("sampler", 1);

    /** Told by the user, measured in the same way. */
    public static final Origin TOLD = new Origin("told", 1);

    /** Own trials after which evidence from elsewhere counts half. */
    static final double HALF_FADED = 10;

    public Origin {
      if (!(weight > 0 && weight <= 1)) {
        throw new IllegalArgumentException("weight must be in (0, 1], was " + weight);
      }
    }

    public boolean isForeign() {
      return weight < 1;
    }

    /** What evidence from elsewhere still counts after so many of the study's own trials. */
    double weightAfter(int ownTrials) {
      return isForeign() ? weight / (1 + ownTrials / HALF_FADED) : weight;
    }
  }
}
