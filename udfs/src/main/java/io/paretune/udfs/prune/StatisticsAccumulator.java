package io.paretune.udfs.prune;

import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.prune.ActivationStatistics.SiteSums;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Collects activation statistics pass by pass. Not safe for use by many threads: give each its own
 * and merge what they {@link #statistics() saw}.
 */
public final class StatisticsAccumulator {
  private final StatisticsShape shape;
  private final List<Map<InputSite, SiteSums>> sums = new ArrayList<>(); // by layer

  public StatisticsAccumulator(StatisticsShape shape) {
    this.shape = shape;
    for (int l = 0; l < shape.layers(); l++) {
      Map<InputSite, SiteSums> layer = new EnumMap<>(InputSite.class);
      for (InputSite site : InputSite.values()) {
        layer.put(site, new SiteSums(new ExactSums(shape.channels(site)), 0));
      }
      sums.add(layer);
    }
  }

  /**
   * Adds one pass's sums at one site.
   *
   * @param sumOfSquares Σ x² over the pass's tokens, by input channel
   * @param tokenCount how many tokens, each counted as often as its square was
   * @throws InvalidInputException if a sum is not a finite number: the model overflowed on its own
   *     calibration set. Nothing of the pass is then added
   * @throws IllegalArgumentException if the number of channels is not the site's, or tokens are
   *     negative
   */
  public void add(int layer, InputSite site, double[] sumOfSquares, long tokenCount) {
    Objects.checkIndex(layer, shape.layers());
    if (sumOfSquares.length != shape.channels(site)) {
      throw new IllegalArgumentException(
          "layer %d, %s: %d channels expected, was %d"
              .formatted(layer, site, shape.channels(site), sumOfSquares.length));
    }
    if (tokenCount < 0) {
      throw new IllegalArgumentException("a token count is not negative, was " + tokenCount);
    }
    for (int c = 0; c < sumOfSquares.length; c++) {
      if (!ExactSums.accepts(sumOfSquares[c])) {
        throw new InvalidInputException(
            "calibration: layer %d, input of %s, channel %d"
                .formatted(layer, site.projections().get(0).key(), c),
            "the sum of squared inputs is " + sumOfSquares[c],
            "the model overflows on these samples: check its weights");
      }
    }
    SiteSums before = Objects.requireNonNull(sums.get(layer).get(site), "every site has sums");
    for (int c = 0; c < sumOfSquares.length; c++) {
      before.squares().add(c, sumOfSquares[c]);
    }
    long tokens = Math.addExact(before.tokens(), tokenCount);
    sums.get(layer).put(site, new SiteSums(before.squares(), tokens));
  }

  /** Everything added so far; later additions do not change it. */
  public ActivationStatistics statistics() {
    List<Map<InputSite, SiteSums>> copies = new ArrayList<>();
    for (Map<InputSite, SiteSums> layer : sums) {
      Map<InputSite, SiteSums> copy = new EnumMap<>(InputSite.class);
      layer.forEach((site, s) -> copy.put(site, new SiteSums(s.squares().copy(), s.tokens())));
      copies.add(copy);
    }
    return new ActivationStatistics(shape, copies);
  }
}
