package io.paretune.udfs.benchmark;

import java.io.Serializable;
import java.util.List;

/**
 * How one question was answered.
 *
 * @param sampleId the question
 * @param imageId its image, by which outcomes are clustered
 * @param prediction the chosen option's text, or the generated text
 * @param correct whether it counts as right
 * @param optionLogProbabilities natural logarithms, one an option in the options' order; empty
 *     where the answer was generated
 */
public record Outcome(
    String sampleId,
    String imageId,
    String prediction,
    boolean correct,
    List<Double> optionLogProbabilities)
    implements Serializable {

  public Outcome {
    optionLogProbabilities = List.copyOf(optionLogProbabilities);
  }
}
