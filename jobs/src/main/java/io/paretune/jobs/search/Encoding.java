package io.paretune.jobs.search;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Points as the surrogate sees them: linear features, and places on the unit scale. */
final class Encoding {
  /** Values of a variable of which what is known of each is kept in a table. */
  static final int MOST_TABLED = 200;

  private final SearchSpace space;
  private final Features features;
  private final int[] start; // where a variable's place begins
  private final int size;
  private final double[][] units; // by variable and choice, over the root of the dimensions

  Encoding(SearchSpace space, Optional<Additive> belief) {
    this.space = space;
    this.features = new Features(space, belief);
    start = new int[space.dimensions() + 1];
    for (int i = 0; i < space.dimensions(); i++) {
      Parameter p = space.parameter(i);
      start[i + 1] = start[i] + (p instanceof Parameter.Categorical ? Basis.size(p) : 1);
    }
    size = start[space.dimensions()];
    units = new double[space.dimensions()][];
    double root = Math.sqrt(units.length);
    for (int i = 0; i < units.length; i++) {
      Parameter p = space.parameter(i);
      boolean tabled = p instanceof Parameter.Ordinal && p.cardinality() <= MOST_TABLED;
      units[i] = new double[tabled ? (int) p.cardinality() : 0];
      for (int c = 0; c < units[i].length; c++) {
        units[i][c] = p.unit(c) / root;
      }
    }
  }

  SearchSpace space() {
    return space;
  }

  Features features() {
    return features;
  }

  /** How many numbers a place has. */
  int placeSize() {
    return size;
  }

  /** A point with what is computed from it once, if at all. */
  static final class Encoded {
    final Point point;
    final double[] place;
    private final Features from;
    private double @Nullable [] features;

    private Encoded(Point point, double[] place, Features from) {
      this.point = point;
      this.place = place;
      this.from = from;
    }

    /** What the linear part sees. */
    double[] features() {
      double[] known = features;
      if (known == null) {
        known = from.of(point);
        features = known;
      }
      return known;
    }
  }

  Encoded of(Point point) {
    return new Encoded(point, place(point), features);
  }

  /** The point of an observation that was made elsewhere. */
  Encoded foreign(Point point) {
    Encoded encoded = of(point);
    encoded.features = features.foreign(encoded.features());
    return encoded;
  }

  /**
   * Where a point lies, such that squared Euclidean distance is a share of the space's squared
   * diagonal: numbers on the unit scale, two different choices of a categorical half a range apart.
   */
  double[] place(Point point) {
    double[] place = new double[size];
    double root = Math.sqrt(space.dimensions());
    for (int i = 0; i < space.dimensions(); i++) {
      if (units[i].length > 0) {
        place[start[i]] = units[i][point.choice(i)];
        continue;
      }
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
