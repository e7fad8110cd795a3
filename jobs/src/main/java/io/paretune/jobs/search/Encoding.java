package io.paretune.jobs.search;

/** Points as the surrogate sees them: linear features, and places on the unit scale. */
final class Encoding {
  private final SearchSpace space;
  private final Features features;
  private final boolean[] categorical;

  Encoding(SearchSpace space) {
    this.space = space;
    this.features = new Features(space);
    categorical = new boolean[space.dimensions()];
    for (int i = 0; i < categorical.length; i++) {
      categorical[i] = space.parameter(i) instanceof Parameter.Categorical;
    }
  }

  SearchSpace space() {
    return space;
  }

  Features features() {
    return features;
  }

  /** A point with what is computed from it once. */
  static final class Encoded {
    final Point point;
    final double[] features;
    final double[] units;

    Encoded(Point point, double[] features, double[] units) {
      this.point = point;
      this.features = features;
      this.units = units;
    }
  }

  Encoded of(Point point) {
    double[] units = new double[point.size()];
    for (int i = 0; i < units.length; i++) {
      units[i] = categorical[i] ? point.at(i) : space.parameter(i).unit(point.at(i));
    }
    return new Encoded(point, features.of(point), units);
  }

  /** Squared distance of one variable's values; categoricals are equal or not. */
  double squaredGap(int parameter, double[] a, double[] b) {
    double gap = a[parameter] - b[parameter];
    return categorical[parameter] ? (gap == 0 ? 0 : 0.5) : gap * gap;
  }

  /** Squared distance, each variable weighted, as a share of the space's squared diagonal. */
  double squaredDistance(double[] a, double[] b, double[] relevance) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += relevance[i] * squaredGap(i, a, b);
    }
    return sum / a.length;
  }
}
