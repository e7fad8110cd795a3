package io.paretune.jobs.search;

import java.util.List;

/**
 * A variable of the search. Inside the search its value is one number, its <em>coordinate</em>: the
 * index of a choice, or the value itself of a number.
 */
public sealed interface Parameter {
  /** Whole numbers beyond this are not exact as coordinates. */
  double LARGEST_EXACT_INTEGER = 0x1p53;

  String name();

  Place place();

  /** Lowest coordinate. */
  double lowest();

  /** Highest coordinate. */
  double highest();

  /** Whether coordinates are whole numbers. */
  boolean isDiscrete();

  /** Whether the logarithm of the coordinate is what matters. */
  default boolean isLogarithmic() {
    return false;
  }

  /** How many values there are; infinite for a float. */
  default double cardinality() {
    return isDiscrete() ? highest() - lowest() + 1 : Double.POSITIVE_INFINITY;
  }

  /** Whether {@code coordinate} is a value of this variable. */
  default boolean contains(double coordinate) {
    return coordinate >= lowest()
        && coordinate <= highest()
        && (!isDiscrete() || coordinate == Math.rint(coordinate));
  }

  /** Where a coordinate lies between lowest (0) and highest (1), on the scale that matters. */
  default double unit(double coordinate) {
    double low = scaled(lowest());
    double span = scaled(highest()) - low;
    return span == 0 ? 0.5 : (scaled(coordinate) - low) / span;
  }

  /** The coordinate nearest to a place in [0, 1]; inverse of {@link #unit}. */
  default double atUnit(double unit) {
    double low = scaled(lowest());
    double at = low + Math.min(1, Math.max(0, unit)) * (scaled(highest()) - low);
    double coordinate = isLogarithmic() ? Math.exp(at) : at;
    return Math.min(
        highest(), Math.max(lowest(), isDiscrete() ? Math.rint(coordinate) : coordinate));
  }

  private double scaled(double coordinate) {
    return isLogarithmic() ? Math.log(coordinate) : coordinate;
  }

  /** A variable with named choices: its coordinate is an index into them. */
  sealed interface Choice extends Parameter {
    /** Numbers, strings or booleans. */
    List<Object> choices();

    @Override
    default double lowest() {
      return 0;
    }

    @Override
    default double highest() {
      return choices().size() - 1.0;
    }

    @Override
    default boolean isDiscrete() {
      return true;
    }
  }

  /** Choices in an order that means something, such as pruning ratios. */
  record Ordinal(String name, List<Object> choices, Place place) implements Choice {
    public Ordinal {
      choices = checkedChoices(name, choices);
    }
  }

  /** Choices without an order. */
  record Categorical(String name, List<Object> choices, Place place) implements Choice {
    public Categorical {
      choices = checkedChoices(name, choices);
    }
  }

  /** Whole numbers from {@code low} to {@code high}, both included. */
  record IntRange(String name, long low, long high, Scale scale, Place place) implements Parameter {
    public IntRange {
      checkRange(name, (double) low, (double) high, scale);
      if (Math.abs((double) low) > LARGEST_EXACT_INTEGER
          || Math.abs((double) high) > LARGEST_EXACT_INTEGER) {
        throw new IllegalArgumentException(name + ": bounds must lie within ±2^53");
      }
    }

    @Override
    public double lowest() {
      return low;
    }

    @Override
    public double highest() {
      return high;
    }

    @Override
    public boolean isDiscrete() {
      return true;
    }

    @Override
    public boolean isLogarithmic() {
      return scale == Scale.LOG;
    }
  }

  /** Numbers from {@code low} to {@code high}, both included. */
  record FloatRange(String name, double low, double high, Scale scale, Place place)
      implements Parameter {
    public FloatRange {
      checkRange(name, low, high, scale);
      if (!Double.isFinite(high - low)) {
        throw new IllegalArgumentException(name + ": high - low must be a finite number");
      }
    }

    @Override
    public double lowest() {
      return low;
    }

    @Override
    public double highest() {
      return high;
    }

    @Override
    public boolean isDiscrete() {
      return false;
    }

    @Override
    public boolean isLogarithmic() {
      return scale == Scale.LOG;
    }
  }

  /** The scale on which a number's differences matter. */
  enum Scale {
    LINEAR,
    LOG
  }

  private static List<Object> checkedChoices(String name, List<Object> choices) {
    if (choices.isEmpty()) {
      throw new IllegalArgumentException(name + ": choices must not be empty");
    }
    for (Object choice : choices) {
      if (!(choice instanceof Number || choice instanceof String || choice instanceof Boolean)) {
        throw new IllegalArgumentException(
            name + ": a choice must be a number, a string or a boolean, was " + choice);
      }
    }
    return List.copyOf(choices);
  }

  private static void checkRange(String name, double low, double high, Scale scale) {
    if (!Double.isFinite(low) || !Double.isFinite(high) || low > high) {
      throw new IllegalArgumentException(
          name + ": low must be at most high and both finite, were " + low + " and " + high);
    }
    if (scale == Scale.LOG && low <= 0) {
      throw new IllegalArgumentException(
          name + ": a logarithmic range must start above 0, was " + low);
    }
  }
}
