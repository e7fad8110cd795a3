package io.paretune.udfs.benchmark;

import java.io.Serializable;
import java.util.List;

/**
 * How one question was answered.
 *
 * @param sampleId the question
 * @param cell what metrics tell apart in it
 * @param prediction the chosen option's text, or the generated text
 * @param credit what the answer is worth, in [0, 1]
 * @param optionLogProbabilities natural logarithms, one an option in the options' order; empty
 *     where the answer was generated
 */
public record Outcome(
    String sampleId,
    Tally.Cell cell,
    String prediction,
    double credit,
    List<Double> optionLogProbabilities)
    implements Serializable {

  public Outcome {
    optionLogProbabilities = List.copyOf(optionLogProbabilities);
    if (!(credit >= 0 && credit <= 1)) {
      throw new IllegalArgumentException(
          "sample %s: credit must be in [0, 1], was %s".formatted(sampleId, credit));
    }
  }

  /** The image that was asked about, by which outcomes are clustered. */
  public String imageId() {
    return cell.imageId();
  }

  /** Whether the answer counts as right: it is worth at least half. */
  public boolean correct() {
    return credit >= 0.5;
  }
}
