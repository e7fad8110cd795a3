package io.paretune.udfs.model;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a calibration pass saw: for each layer and input site the sum over tokens of the squared
 * input of every channel.
 *
 * @param tokens how many tokens were summed: an image's prefix once, a sequence's tokens once per
 *     sequence
 * @param layers by layer, then by site: one sum per input channel
 */
public record InputSquares(long tokens, List<Map<InputSite, double[]>> layers) {
  public InputSquares {
    layers =
        layers.stream().map(sites -> Collections.unmodifiableMap(new EnumMap<>(sites))).toList();
    if (tokens <= 0) {
      throw new IllegalArgumentException("a pass sees at least one token, was " + tokens);
    }
  }

  /** The sums of one site; the array is not to be written to. */
  public double[] sums(int layer, InputSite site) {
    double[] sums = layers.get(layer).get(site);
    if (sums == null) {
      throw new IllegalArgumentException("layer " + layer + " has no sums of " + site);
    }
    return sums;
  }
}
