package io.paretune.jobs.search;

import java.util.Arrays;
import java.util.Optional;

/**
 * The linear part of the surrogate's mean where every variable is a choice: the same sum as over
 * its {@link Features}, from tables, so that a point costs a look-up a variable and a product a
 * pair.
 */
final class ChoiceMean {
  private final double constant;
  private final double[][] effects; // by variable and choice
  private final int[][] pairs;
  private final double[][] linear; // by variable and choice
  private final double[] ofLinear; // weight of each pair's product
  private final double[][] roots;
  private final double[] ofRoots;

  /**
   * Tables of a regression.
   *
   * @param weights of the features
   * @param level the regression's constant
   */
  ChoiceMean(Encoding encoding, Optional<Curves> curves, double[] weights, double level) {
    Features features = encoding.features();
    constant = level + features.constant(weights);
    effects = new double[encoding.space().dimensions()][];
    Arrays.setAll(effects, i -> features.effects(weights, curves, i));
    pairs = features.pairs();
    linear = features.linear();
    ofLinear = part(features, Features.Part.PAIR, weights);
    roots = curves.map(features::roots).orElse(new double[0][]);
    ofRoots =
        curves.isPresent() ? part(features, Features.Part.CURVED_PAIR, weights) : new double[0];
  }

  private static double[] part(Features features, Features.Part part, double[] weights) {
    return Arrays.copyOfRange(weights, features.begin(part), features.end(part));
  }

  /** The mean at a point, without the rest that no feature expresses. */
  double of(Point point) {
    double sum = constant;
    for (int i = 0; i < effects.length; i++) {
      sum += effects[i][point.choice(i)];
    }
    for (int p = 0; p < ofLinear.length; p++) {
      int i = pairs[p][0];
      int j = pairs[p][1];
      sum += ofLinear[p] * linear[i][point.choice(i)] * linear[j][point.choice(j)];
    }
    for (int p = 0; p < ofRoots.length; p++) {
      int i = pairs[p][0];
      int j = pairs[p][1];
      sum += ofRoots[p] * roots[i][point.choice(i)] * roots[j][point.choice(j)];
    }
    return sum;
  }
}
