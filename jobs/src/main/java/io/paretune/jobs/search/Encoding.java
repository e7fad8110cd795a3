package io.paretune.jobs.search;

import java.util.Optional;

/** Points as the surrogate sees them: linear features, and places on the unit scale. */
final class Encoding {
  private final SearchSpace space;
  private final Features features;
  private final int[] start; // where a variable's place begins
  private final int size;

  Encoding(SearchSpace space, Optional<Additive> belief) {
    this.space = space;
    this.features = new Features(space, belief);
    start = new int[space.dimensions() + 1];
    for (int i = 0; i < space.dimensions(); i++) {
      Parameter p = space.parameter(i);
      start[i + 1] = start[i] + (p instanceof Parameter.Categorical ? Basis.size(p) : 1);
    }
    size = start[space.dimensions()];
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
    final double[] place;

    Encoded(Point point, double[] features, double[] place) {
      this.point = point;
      this.features = features;
      this.place = place;
    }
  }

  Encoded of(Point point) {
    return new Encoded(point, features.of(point), place(point));
  }

  /**
   * Where a point lies, such that squared Euclidean distance is a share of the space's squared
   * diagonal: numbers on the unit scale, two different choices of a categorical half a range apart.
   */
  double[] place(Point point) {
    double[] place = new double[size];
    double root = Math.sqrt(space.dimensions());
    for (int i = 0; i < space.dimensions(); i++) {
      Parameter p = space.parameter(i);
      if (p instanceof Parameter.Categorical) {
        place[start[i] + point.choice(i) % Basis.MOST] = 0.5 / root;
      } else {
        place[start[i]] = p.unit(point.at(i)) / root;
      }
    }
    return place;
  }

  /** A place stretched by each variable's relevance and the inverse of a length. */
  double[] stretched(double[] place, double[] relevance, double length) {
    double[] stretched = place.clone();
    for (int i = 0; i < relevance.length; i++) {
      double factor = Math.sqrt(relevance[i]) / length;
      for (int k = start[i]; k < start[i + 1]; k++) {
        stretched[k] *= factor;
      }
    }
    return stretched;
  }
}
