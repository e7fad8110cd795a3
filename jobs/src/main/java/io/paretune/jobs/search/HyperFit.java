package io.paretune.jobs.search;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;

/**
 * Chooses the surrogate's scales by maximum a posteriori marginal likelihood (Rasmussen and
 * Williams 2006, section 5.4.1), one after the other on a logarithmic grid: few evaluations, no
 * gradients, the same result for the same data.
 */
final class HyperFit {
  private static final double[] STEPS = {4, 0.25, 2, 0.5};
  private static final int MOST_RELEVANCES = 24;

  private final Encoding encoding;
  private final Map<Features.Part, double[][]> parts; // [i][j], unit scales
  private final double[][] squared; // [i][j], by the current relevance
  private final List<Encoding.Encoded> points;

  /** Prepares the covariances of these observations. */
  HyperFit(Encoding encoding, List<Encoding.Encoded> points, Optional<Curves> curves) {
    this.encoding = encoding;
    this.points = points;
    int n = points.size();
    Features features = encoding.features();
    parts = new EnumMap<>(Features.Part.class);
    for (Features.Part part : Features.Part.values()) {
      if (features.has(part) && (curves.isPresent() || !Features.isCurved(part))) {
        parts.put(part, new double[n][]);
      }
    }
    squared = new double[n][];
    List<double[]> all =
        points.stream()
            .map(p -> curves.map(c -> features.complete(p.features(), c)).orElse(p.features()))
            .toList();
    for (int i = 0; i < n; i++) {
      int row = i;
      squared[i] = new double[i + 1];
      parts.values().forEach(part -> part[row] = new double[row + 1]);
    }
    for (Map.Entry<Features.Part, double[][]> part : parts.entrySet()) {
      List<double[]> scaled = all.stream().map(p -> scaled(features, part.getKey(), p)).toList();
      for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
          double[] a = scaled.get(i);
          part.getValue()[i][j] = Vectors.dot(a, scaled.get(j), a.length);
        }
      }
    }
  }

  private static double[] scaled(Features features, Features.Part part, double[] all) {
    int begin = features.begin(part);
    double[] own = Arrays.copyOfRange(all, begin, features.end(part));
    for (int f = 0; f < own.length; f++) {
      own[f] *= features.prior(begin + f);
    }
    return own;
  }

  /** What was observed at the points, standardised, and the known part of its noise. */
  static final class Targets {
    final double[] values;
    final double[] noiseVariances;

    Targets(double[] values, double[] noiseVariances) {
      this.values = values;
      this.noiseVariances = noiseVariances;
    }
  }

  private void measure(Hyper hyper) {
    double[] relevance = hyper.relevance().stream().mapToDouble(Double::doubleValue).toArray();
    List<double[]> places =
        points.stream().map(p -> encoding.stretched(p.place, relevance, 1)).toList();
    for (int i = 0; i < squared.length; i++) {
      for (int j = 0; j <= i; j++) {
        squared[i][j] = Vectors.squaredDistance(places.get(i), places.get(j));
      }
    }
  }

  /** Log posterior of the scales given standardised targets, up to a constant. */
  private double score(Hyper hyper, Hyper prior, Targets targets) {
    int n = targets.values.length;
    double rest = hyper.rest() * hyper.rest();
    double inverse = 1 / (hyper.length() * hyper.length());
    Cholesky factor = new Cholesky(n);
    for (int i = 0; i < n; i++) {
      double[] row = new double[i + 1];
      for (int j = 0; j <= i; j++) {
        row[j] = 1 + rest * GaussianProcess.matern(squared[i][j] * inverse);
      }
      for (Map.Entry<Features.Part, double[][]> part : parts.entrySet()) {
        double scale = hyper.scale(part.getKey()) * hyper.scale(part.getKey());
        double[] products = part.getValue()[i];
        for (int j = 0; j <= i; j++) {
          row[j] += scale * products[j];
        }
      }
      row[i] += hyper.noise() * hyper.noise() + targets.noiseVariances[i] + 1e-6;
      factor.append(row);
    }
    double fit = 0;
    for (double z : factor.forward(targets.values)) {
      fit += z * z;
    }
    return -0.5 * fit - factor.halfLogDeterminant() + logPrior(hyper, prior);
  }

  /** Log-normal around the start, an e-fold and a half wide: without data nothing moves far. */
  private static double logPrior(Hyper hyper, Hyper prior) {
    double sum = 0;
    for (Features.Part part : Features.Part.values()) {
      sum += penalty(hyper.scale(part), prior.scale(part));
    }
    for (int i = 0; i < hyper.relevance().size(); i++) {
      sum += 2 * penalty(hyper.relevance().get(i), 1);
    }
    return sum
        + penalty(hyper.rest(), prior.rest())
        + 2 * penalty(hyper.length(), prior.length())
        + penalty(hyper.noise(), prior.noise());
  }

  private static double penalty(double value, double typical) {
    double e = Math.log(value / typical) / 1.5;
    return -0.5 * e * e;
  }

  /** Log posterior of these scales, taking {@code prior} as the typical ones. */
  double evidence(Hyper hyper, Hyper prior, Targets targets) {
    measure(hyper);
    return score(hyper, prior, targets);
  }

  /** The best scales found from {@code start}. */
  Hyper fit(Hyper start, Targets targets, int rounds) {
    measure(start);
    Search search = new Search(start, score(start, start, targets), start, targets);
    for (int round = 0; round < rounds; round++) {
      for (Features.Part part : parts.keySet()) {
        if (part == Features.Part.FOREIGN) {
          continue; // one weight says nothing of its scale
        }
        search.vary(h -> h.scale(part), (h, v) -> h.with(part, v));
      }
      search.vary(Hyper::rest, Hyper::withRest);
      search.vary(Hyper::length, Hyper::withLength);
      search.vary(Hyper::noise, Hyper::withNoise);
    }
    int d = start.relevance().size();
    for (int i = 0; d > 1 && d <= MOST_RELEVANCES && targets.values.length >= 2 * d && i < d; i++) {
      int parameter = i;
      search.varyRelevance(parameter);
    }
    return search.best;
  }

  private final class Search {
    private Hyper best;
    private double bestScore;
    private final Hyper prior;
    private final Targets targets;

    Search(Hyper best, double bestScore, Hyper prior, Targets targets) {
      this.best = best;
      this.bestScore = bestScore;
      this.prior = prior;
      this.targets = targets;
    }

    void vary(ToDoubleFunction<Hyper> read, BiFunction<Hyper, Double, Hyper> write) {
      Hyper from = best;
      for (double step : STEPS) {
        Hyper tried = write.apply(from, read.applyAsDouble(from) * step);
        double score = score(tried, prior, targets);
        if (score > bestScore) {
          bestScore = score;
          best = tried;
        }
      }
    }

    void varyRelevance(int parameter) {
      Hyper from = best;
      for (double step : new double[] {8, 0.05}) {
        Hyper tried = from.withRelevance(parameter, from.relevance().get(parameter) * step);
        measure(tried);
        double score = score(tried, prior, targets);
        if (score > bestScore) {
          bestScore = score;
          best = tried;
        }
      }
      measure(best);
    }
  }
}
