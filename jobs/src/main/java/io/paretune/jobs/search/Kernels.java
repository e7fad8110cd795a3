package io.paretune.jobs.search;

import java.util.List;

/** Widths and cell masses of the Parzen estimator's Gaussian kernels, on the unit scale. */
final class Kernels {
  private Kernels() {}

  /** Watanabe 2023, section 3.3.2; the magic clip keeps a kernel from shrinking to a point. */
  static double bandwidth(
      Parameter parameter, int index, List<Point> centres, TpeSettings settings, int dimensions) {
    int n = Math.max(1, centres.size());
    double shrink = Math.pow(n, -1.0 / (dimensions + 4));
    double width =
        switch (settings.bandwidth()) {
          case SCOTT -> 1.059 * shrink * spread(parameter, index, centres);
          case SHRINKING -> 0.2 * shrink;
        };
    double gridStep = parameter.isDiscrete() ? 1 / Math.max(1, parameter.cardinality() - 1) : 0;
    double clip = 1.0 / Math.min(100, n + 2);
    double least = Math.max(settings.minimumBandwidth(), Math.min(clip, 0.25 * gridStep));
    return Math.min(1, Math.max(width, Math.max(least, 0.3 * gridStep)));
  }

  /** Standard deviation on the unit scale, that of the prior counted as one trial. */
  private static double spread(Parameter parameter, int index, List<Point> centres) {
    double sum = 0.5;
    for (Point c : centres) {
      sum += parameter.unit(c.at(index));
    }
    double mean = sum / (centres.size() + 1);
    double squares = 1.0 / 12 + (0.5 - mean) * (0.5 - mean);
    for (Point c : centres) {
      double gap = parameter.unit(c.at(index)) - mean;
      squares += gap * gap;
    }
    return Math.sqrt(squares / (centres.size() + 1));
  }

  /** Mass of a Gaussian over the values nearer to {@code coordinate} than to its neighbours. */
  static double cellMass(Parameter parameter, double coordinate, double centre, double width) {
    double at = parameter.unit(coordinate);
    double below =
        coordinate > parameter.lowest()
            ? (at + parameter.unit(coordinate - 1)) / 2
            : at - (parameter.unit(coordinate + 1) - at) / 2;
    double above =
        coordinate < parameter.highest()
            ? (at + parameter.unit(coordinate + 1)) / 2
            : at + (at - parameter.unit(coordinate - 1)) / 2;
    return Normal.cumulative((above - centre) / width)
        - Normal.cumulative((below - centre) / width);
  }
}
