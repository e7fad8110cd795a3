package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Gaussian-process regression (Rasmussen and Williams 2006, section 2.2 and algorithm 2.1) whose
 * covariance is a Bayesian linear model over {@link Features} plus a Matérn 5/2 rest. Grows one
 * observation at a time in O(n²).
 */
final class GaussianProcess {
  private static final double CONSTANT = 1; // prior variance of the mean
  private static final double LEAST_TOLD = 1e-6; // share of the variance
  private static final double UNTOLD = 1e6; // the noise of what says nothing

  private final Encoding encoding;
  private final Hyper hyper;
  private final double[] featureScale;
  private final double[] relevance;
  private final Columns scaled; // features of the observations
  private final Columns places;
  private final List<Double> targets = new ArrayList<>();
  private final List<Double> noises = new ArrayList<>();
  private final Cholesky factor;
  private double[] alpha = new double[0];
  private double[] primal = new double[0]; // posterior mean of the weights of scaled features
  private double level; // posterior mean of the constant
  private @Nullable ChoiceEffects choices; // the linear part, where all variables are choices

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
    scaled = new Columns(featureScale.length, capacity);
    places = new Columns(encoding.placeSize(), capacity);
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
    double[] place = place(at);
    double noise = hyper.noise() * hyper.noise() + noiseVariance + 1e-6;
    double[] row = new double[size() + 1];
    covariances(own, place, row);
    row[size()] = variance(own) + noise;
    factor.append(row);
    scaled.append(own);
    places.append(place);
    targets.add(target);
    noises.add(noise);
  }

  /**
   * Adds that the value is a bound or more (Tobin 1958), as the observation that moves mean and
   * variance there as much (Rasmussen and Williams 2006, equations 3.58 and 3.85, of {@code Φ((f −
   * bound) / noise)}): one that says next to nothing where the bound is kept anyhow. Predictions
   * must be settled; {@link #settle} must follow.
   *
   * @param noiseVariance of the bound beside the common noise
   */
  void addBound(Encoding.Encoded at, double bound, double noiseVariance) {
    Prediction before = predict(at);
    double variance = before.deviation() * before.deviation();
    double common = hyper.noise() * hyper.noise() + 1e-6;
    double whole = variance + common + noiseVariance;
    double z = (before.mean() - bound) / Math.sqrt(whole);
    double ratio = z < -30 ? -z - 1 / z : Normal.density(z) / Normal.cumulative(z);
    double share = variance / whole * ratio * (z + ratio); // of the variance that the bound takes
    double shift = variance * ratio / Math.sqrt(whole);
    if (share < LEAST_TOLD) {
      add(at, before.mean(), UNTOLD);
    } else {
      double kept = Math.min(share, 1 - 1e-9);
      add(at, before.mean() + shift / kept, Math.max(0, variance * (1 / kept - 1) - common));
    }
  }

  /** Takes in what was added. */
  void settle() {
    alpha = factor.solve(targets.stream().mapToDouble(Double::doubleValue).toArray());
    primal = scaled.combined(alpha);
    level = CONSTANT * Arrays.stream(alpha).sum();
    choices = KnapsackProposals.isPossible(encoding.space()) ? choiceEffects(weights()) : null;
  }

  private double[] scaled(Encoding.Encoded at) {
    double[] own =
        hyper.curves().isPresent()
            ? encoding.features().complete(at.features(), hyper.curves().get())
            : at.features().clone();
    for (int f = 0; f < own.length; f++) {
      own[f] *= featureScale[f];
    }
    return own;
  }

  private double[] place(Encoding.Encoded at) {
    return encoding.stretched(at.place, relevance, hyper.length());
  }

  private double variance(double[] own) {
    return CONSTANT + hyper.rest() * hyper.rest() + Vectors.dot(own, own, own.length);
  }

  private void covariances(double[] own, double[] at, double[] into) {
    double rest = hyper.rest() * hyper.rest();
    double[] squared = places.squaredDistances(at);
    for (int k = 0; k < squared.length; k++) {
      into[k] = CONSTANT + rest * matern(squared[k]);
    }
    scaled.addProducts(own, into);
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
    covariances(own, place(at), k);
    double mean = Vectors.dot(k, alpha, k.length);
    double[] z = factor.forward(k);
    double variance = variance(own) - Vectors.dot(z, z, z.length);
    return new Prediction(mean, Math.sqrt(Math.max(variance, 1e-12)));
  }

  /** Only the mean, of this study's own trials: linear in the number of observations. */
  double mean(Encoding.Encoded at) {
    ChoiceEffects byChoice = choices;
    double mean =
        byChoice == null
            ? level + Vectors.dot(scaled(at), primal, primal.length)
            : byChoice.of(at.point);
    double rest = hyper.rest() * hyper.rest();
    double[] squared = places.squaredDistances(place(at));
    double sum = 0;
    for (int k = 0; k < alpha.length; k++) {
      sum += alpha[k] * matern(squared[k]);
    }
    return mean + rest * sum;
  }

  /** The mean at an observation: K α = y − N α. */
  double meanAt(int observation) {
    return targets.get(observation) - noises.get(observation) * alpha[observation];
  }

  /** The mean at an observation had it been left out (Rasmussen and Williams 2006, 5.12). */
  double meanWithout(int observation) {
    double[] unit = new double[size()];
    unit[observation] = 1;
    double[] column = factor.forward(unit);
    return targets.get(observation)
        - alpha[observation] / Vectors.dot(column, column, column.length);
  }

  /** Posterior mean of the linear part's weights, one a feature. */
  double[] weights() {
    double[] weights = primal.clone();
    return unscaled(weights);
  }

  /** The linear part under these weights, where every variable is a choice. */
  ChoiceEffects choiceEffects(double[] weights) {
    Features features = encoding.features();
    double[][] own = new double[encoding.space().dimensions()][];
    Arrays.setAll(own, i -> features.effects(weights, hyper.curves(), i));
    List<ChoiceEffects.Products> products = new ArrayList<>();
    products.add(new ChoiceEffects.Products(features.linear(), part(Features.Part.PAIR, weights)));
    hyper
        .curves()
        .ifPresent(
            curves ->
                products.add(
                    new ChoiceEffects.Products(
                        features.roots(curves), part(Features.Part.CURVED_PAIR, weights))));
    return new ChoiceEffects(level + features.constant(weights), own, features.pairs(), products);
  }

  private double[] part(Features.Part part, double[] weights) {
    Features features = encoding.features();
    return Arrays.copyOfRange(weights, features.begin(part), features.end(part));
  }

  /**
   * A draw of the linear part's weights from their posterior (Matheron's rule: a draw from the
   * prior, corrected by the regression of what it misses; Wilson 2020, arXiv 2002.09309, section
   * 3).
   *
   * @param spread 1 for the posterior itself, less to stay nearer to its mean
   */
  double[] drawWeights(RandomGenerator random, double spread) {
    double[] drawn = new double[featureScale.length]; // of unit-scale weights
    for (int f = 0; f < drawn.length; f++) {
      drawn[f] = spread * random.nextGaussian();
    }
    double mean = spread * random.nextGaussian() * Math.sqrt(CONSTANT);
    double rest = hyper.rest() * hyper.rest();
    double[] missed = new double[size()];
    scaled.addProducts(drawn, missed);
    for (int i = 0; i < missed.length; i++) {
      double other = Math.sqrt(noises.get(i) + rest);
      missed[i] = targets.get(i) - mean - spread * other * random.nextGaussian() - missed[i];
    }
    double[] correction = scaled.combined(factor.solve(missed));
    for (int f = 0; f < drawn.length; f++) {
      drawn[f] += correction[f];
    }
    return unscaled(drawn);
  }

  private double[] unscaled(double[] weights) {
    for (int f = 0; f < weights.length; f++) {
      weights[f] *= featureScale[f];
    }
    return weights;
  }
}
