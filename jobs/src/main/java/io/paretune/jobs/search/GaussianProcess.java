package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.List;

/**
 * Gaussian-process regression (Rasmussen and Williams 2006, section 2.2 and algorithm 2.1) whose
 * covariance is a Bayesian linear model over {@link Features} plus a Matérn 5/2 rest. Grows one
 * observation at a time in O(n²).
 */
final class GaussianProcess {
  private static final double CONSTANT = 1; // prior variance of the mean

  private final Encoding encoding;
  private final Hyper hyper;
  private final double[] featureScale;
  private final double[] relevance;
  private final List<double[]> scaled = new ArrayList<>();
  private final List<double[]> units = new ArrayList<>();
  private final List<Double> targets = new ArrayList<>();
  private final Cholesky factor;
  private double[] alpha = new double[0];

  GaussianProcess(Encoding encoding, Hyper hyper, int capacity) {
    this.encoding = encoding;
    this.hyper = hyper;
    this.factor = new Cholesky(capacity);
    Features features = encoding.features();
    featureScale = new double[features.size()];
    for (int f = 0; f < featureScale.length; f++) {
      featureScale[f] = features.prior(f) * hyper.scale(features.part(f));
    }
    relevance = hyper.relevance().stream().mapToDouble(Double::doubleValue).toArray();
  }

  int size() {
    return targets.size();
  }

  Hyper hyper() {
    return hyper;
  }

  /**
   * Adds an observation; {@link #settle} must follow before predictions.
   *
   * @param noiseVariance of this observation beside the common noise
   */
  void add(Encoding.Encoded at, double target, double noiseVariance) {
    double[] own = scaled(at);
    double[] row = new double[size() + 1];
    covariances(own, at.units, row);
    row[size()] = variance(own) + hyper.noise() * hyper.noise() + noiseVariance + 1e-6;
    factor.append(row);
    scaled.add(own);
    units.add(at.units);
    targets.add(target);
  }

  /** Takes in what was added. */
  void settle() {
    alpha = factor.solve(targets.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private double[] scaled(Encoding.Encoded at) {
    double[] own = new double[featureScale.length];
    for (int f = 0; f < own.length; f++) {
      own[f] = at.features[f] * featureScale[f];
    }
    return own;
  }

  private double variance(double[] own) {
    double sum = CONSTANT + hyper.rest() * hyper.rest();
    for (double v : own) {
      sum += v * v;
    }
    return sum;
  }

  private void covariances(double[] own, double[] at, double[] into) {
    double rest = hyper.rest() * hyper.rest();
    double inverse = 1 / (hyper.length() * hyper.length());
    for (int k = 0; k < scaled.size(); k++) {
      double[] other = scaled.get(k);
      double sum = CONSTANT;
      for (int f = 0; f < own.length; f++) {
        sum += own[f] * other[f];
      }
      if (rest > 0) {
        sum += rest * matern(encoding.squaredDistance(at, units.get(k), relevance) * inverse);
      }
      into[k] = sum;
    }
  }

  /** Matérn 5/2 of a squared distance. */
  static double matern(double squared) {
    double r = Math.sqrt(5 * squared);
    return (1 + r + r * r / 3) * Math.exp(-r);
  }

  /** Mean and standard deviation of the noise-free value. */
  record Prediction(double mean, double deviation) {}

  Prediction predict(Encoding.Encoded at) {
    double[] own = scaled(at);
    double[] k = new double[size()];
    covariances(own, at.units, k);
    double mean = 0;
    for (int i = 0; i < k.length; i++) {
      mean += k[i] * alpha[i];
    }
    double variance = variance(own);
    double[] z = factor.forward(k);
    for (double v : z) {
      variance -= v * v;
    }
    return new Prediction(mean, Math.sqrt(Math.max(variance, 1e-12)));
  }

  /** Only the mean: no triangular solve. */
  double mean(Encoding.Encoded at) {
    double[] own = scaled(at);
    double[] k = new double[size()];
    covariances(own, at.units, k);
    double mean = 0;
    for (int i = 0; i < k.length; i++) {
      mean += k[i] * alpha[i];
    }
    return mean;
  }

  /** Posterior mean of the linear part's weights, one a feature. */
  double[] weights() {
    return combine(new double[featureScale.length], alpha);
  }

  /**
   * A draw of the linear part's weights from their posterior (Matheron's rule: a draw from the
   * prior, corrected by the regression of what it misses; Wilson 2020, arXiv 2002.09309, section
   * 3).
   *
   * @param spread 1 for the posterior itself, less to stay nearer to its mean
   */
  double[] drawWeights(java.util.random.RandomGenerator random, double spread) {
    double[] drawn = new double[featureScale.length]; // of unit-scale weights
    for (int f = 0; f < drawn.length; f++) {
      drawn[f] = spread * random.nextGaussian();
    }
    double other = Math.hypot(hyper.noise(), hyper.rest());
    double mean = spread * random.nextGaussian() * Math.sqrt(CONSTANT);
    double[] missed = new double[size()];
    for (int i = 0; i < missed.length; i++) {
      double predicted = mean + spread * other * random.nextGaussian();
      double[] row = scaled.get(i);
      for (int f = 0; f < drawn.length; f++) {
        predicted += row[f] * drawn[f];
      }
      missed[i] = targets.get(i) - predicted;
    }
    return combine(drawn, factor.solve(missed));
  }

  private double[] combine(double[] base, double[] dual) {
    double[] weights = base.clone();
    for (int i = 0; i < dual.length; i++) {
      double[] row = scaled.get(i);
      double a = dual[i];
      for (int f = 0; f < weights.length; f++) {
        weights[f] += a * row[f];
      }
    }
    for (int f = 0; f < weights.length; f++) {
      weights[f] *= featureScale[f];
    }
    return weights;
  }
}
