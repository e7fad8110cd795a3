package io.paretune.jobs.search;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A density over points: a weighted mixture of one product kernel a trial and one flat prior kernel
 * (Watanabe 2023, section 3.3; multivariate as in BOHB, Falkner 2018). Numbers and ordinals have
 * Gaussian kernels on the unit scale, cut off at its ends and, for discrete variables, summed over
 * each value's cell; categoricals have Aitchison-Aitken kernels.
 */
final class ParzenEstimator {
  private final SearchSpace space;
  private final List<Point> centres;
  private final double[] cumulativeWeights; // of the centres, then the prior
  private final double[] logWeights;
  private final Axis[] axes;

  ParzenEstimator(SearchSpace space, List<Point> centres, double[] weights, TpeSettings settings) {
    this.space = space;
    this.centres = List.copyOf(centres);
    int n = centres.size();
    double sum = settings.priorWeight() + Arrays.stream(weights).sum();
    cumulativeWeights = new double[n + 1];
    logWeights = new double[n + 1];
    double running = 0;
    for (int k = 0; k <= n; k++) {
      double share = (k < n ? weights[k] : settings.priorWeight()) / sum;
      running += share;
      cumulativeWeights[k] = running;
      logWeights[k] = Math.log(share);
    }
    axes = new Axis[space.dimensions()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = Axis.of(space.parameter(i), i, this.centres, settings, space.dimensions());
    }
  }

  Point sample(RandomGenerator random) {
    double pick = random.nextDouble();
    int k = 0;
    while (k < centres.size() && cumulativeWeights[k] < pick) {
      k++;
    }
    if (k == centres.size()) {
      return RandomSampler.uniform(space, random);
    }
    double[] at = new double[axes.length];
    for (int i = 0; i < at.length; i++) {
      at[i] = axes[i].sample(centres.get(k).at(i), random);
    }
    return Point.of(at);
  }

  double logDensity(Point point) {
    int n = centres.size();
    double[] logs = new double[n + 1];
    System.arraycopy(logWeights, 0, logs, 0, n + 1);
    for (int i = 0; i < axes.length; i++) {
      axes[i].addLogKernels(point.at(i), logs);
    }
    double most = Double.NEGATIVE_INFINITY;
    for (double log : logs) {
      most = Math.max(most, log);
    }
    double sum = 0;
    for (double log : logs) {
      sum += Math.exp(log - most);
    }
    return most + Math.log(sum);
  }

  /** One variable's kernels. */
  private interface Axis {
    double sample(double centre, RandomGenerator random);

    /** Adds the log kernel of each centre, and last the prior's, at a coordinate. */
    void addLogKernels(double coordinate, double[] logs);

    /** Above this many values a discrete variable is treated as continuous. */
    int LARGEST_TABLE = 64;

    static Axis of(
        Parameter parameter, int index, List<Point> centres, TpeSettings settings, int dimensions) {
      if (parameter.cardinality() == 1) {
        return new Fixed(parameter.lowest());
      }
      if (parameter instanceof Parameter.Categorical) {
        return Table.categorical(parameter, index, centres, settings.categoricalBandwidth());
      }
      double width = Kernels.bandwidth(parameter, index, centres, settings, dimensions);
      return parameter.cardinality() <= LARGEST_TABLE
          ? Table.gaussian(parameter, index, centres, width)
          : new Continuous(parameter, index, centres, width);
    }
  }

  private record Fixed(double coordinate) implements Axis {
    @Override
    public double sample(double centre, RandomGenerator random) {
      return coordinate;
    }

    @Override
    public void addLogKernels(double at, double[] logs) {}
  }

  /** A discrete variable: the kernel of every centre value at every value, computed once. */
  private static final class Table implements Axis {
    private final double lowest;
    private final double[][] masses; // [centre value][value]
    private final double[][] logs; // [value][centre, then the prior]

    private Table(double lowest, double[][] masses, double[][] logs) {
      this.lowest = lowest;
      this.masses = masses;
      this.logs = logs;
    }

    static Table categorical(
        Parameter parameter, int index, List<Point> centres, double bandwidth) {
      int n = (int) parameter.cardinality();
      double[][] masses = new double[n][n];
      for (int c = 0; c < n; c++) {
        Arrays.fill(masses[c], bandwidth / n);
        masses[c][c] += 1 - bandwidth;
      }
      return of(parameter, index, centres, masses);
    }

    static Table gaussian(Parameter parameter, int index, List<Point> centres, double width) {
      int n = (int) parameter.cardinality();
      double[][] masses = new double[n][n];
      for (int c = 0; c < n; c++) {
        double centre = parameter.unit(parameter.lowest() + c);
        double sum = 0;
        for (int v = 0; v < n; v++) {
          masses[c][v] =
              Math.max(1e-12, Kernels.cellMass(parameter, parameter.lowest() + v, centre, width));
          sum += masses[c][v];
        }
        for (int v = 0; v < n; v++) {
          masses[c][v] /= sum;
        }
      }
      return of(parameter, index, centres, masses);
    }

    private static Table of(
        Parameter parameter, int index, List<Point> centres, double[][] masses) {
      int n = masses.length;
      double[][] logs = new double[n][centres.size() + 1];
      int[] at = new int[centres.size()];
      for (int k = 0; k < at.length; k++) {
        at[k] = (int) (centres.get(k).at(index) - parameter.lowest());
      }
      double[][] logMasses = new double[n][n];
      for (int c = 0; c < n; c++) {
        for (int v = 0; v < n; v++) {
          logMasses[c][v] = Math.log(masses[c][v]);
        }
      }
      for (int v = 0; v < n; v++) {
        for (int k = 0; k < at.length; k++) {
          logs[v][k] = logMasses[at[k]][v];
        }
        logs[v][at.length] = -Math.log(n);
      }
      return new Table(parameter.lowest(), masses, logs);
    }

    @Override
    public double sample(double centre, RandomGenerator random) {
      double[] row = masses[(int) (centre - lowest)];
      double pick = random.nextDouble();
      int v = 0;
      while (v < row.length - 1 && pick >= row[v]) {
        pick -= row[v++];
      }
      return lowest + v;
    }

    @Override
    public void addLogKernels(double coordinate, double[] sums) {
      double[] row = logs[(int) (coordinate - lowest)];
      for (int k = 0; k < sums.length; k++) {
        sums[k] += row[k];
      }
    }
  }

  /** A number: truncated Gaussians on the unit scale. */
  private static final class Continuous implements Axis {
    private final Parameter parameter;
    private final double width;
    private final double[] centres;
    private final double[] logNorms;

    Continuous(Parameter parameter, int index, List<Point> points, double width) {
      this.parameter = parameter;
      this.width = width;
      centres = new double[points.size()];
      logNorms = new double[points.size()];
      for (int k = 0; k < centres.length; k++) {
        centres[k] = parameter.unit(points.get(k).at(index));
        double inside =
            Normal.cumulative((1 - centres[k]) / width) - Normal.cumulative(-centres[k] / width);
        logNorms[k] = -Math.log(width * Math.max(inside, 1e-300)) + Normal.logDensity(0);
      }
    }

    @Override
    public double sample(double centre, RandomGenerator random) {
      double at = parameter.unit(centre);
      double low = Normal.cumulative(-at / width);
      double high = Normal.cumulative((1 - at) / width);
      double p = low + random.nextDouble() * (high - low);
      double z = Normal.quantile(Math.min(1 - 1e-16, Math.max(1e-300, p)));
      return parameter.atUnit(at + width * z);
    }

    @Override
    public void addLogKernels(double coordinate, double[] sums) {
      double at = parameter.unit(coordinate);
      double scale = -0.5 / (width * width);
      for (int k = 0; k < centres.length; k++) {
        double gap = at - centres[k];
        sums[k] += scale * gap * gap + logNorms[k]; // the prior's density on [0, 1] is 1
      }
    }
  }
}
