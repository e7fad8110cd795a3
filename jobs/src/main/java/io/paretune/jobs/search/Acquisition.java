package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What a proposal is expected to add: expected hypervolume improvement (Emmerich 2006), known
 * objectives taken as they are and the others integrated over their predictions by quadrature; with
 * a single unknown objective, expected improvement on the model's own scale. Constraints that only
 * a trial can tell count by their probability, and so does the chance that a trial fails.
 */
final class Acquisition {
  private static final double[] NODES = {-2.5, -1.5, -0.75, 0, 0.75, 1.5, 2.5};
  private static final double[] COARSE_NODES = {-1.732, 0, 1.732};
  private static final double[] COARSE_WEIGHTS = {1.0 / 6, 2.0 / 3, 1.0 / 6};

  private final SearchSpace space;
  private final Encoding encoding;
  private final List<Integer> unknown;
  private final List<ObjectiveModel> models;
  private final List<Constraint.OnObjective> learned;
  private final Failures failures;
  private final List<Point> leaders = new ArrayList<>();
  private final Front front;
  private double boldness = 1;
  private final List<Double> deviations = new ArrayList<>(); // typical of each model

  Acquisition(
      History history, Encoding encoding, List<ObjectiveModel> models, Feasibility feasibility) {
    this.space = history.space();
    this.encoding = encoding;
    this.models = models;
    this.unknown = space.unknownObjectives();
    this.learned = space.learnedConstraints();
    List<double[]> losses = new ArrayList<>();
    List<double[]> inside = new ArrayList<>();
    List<Point> points = new ArrayList<>();
    List<Map<Long, Double>> settled = models.stream().map(ObjectiveModel::settledLosses).toList();
    for (Trial trial : history.finished()) {
      if (trial.isComplete()) {
        double[] loss = losses(trial, settled);
        losses.add(loss);
        if (feasibility.violation(trial) == 0 && !trial.origin().isForeign()) {
          inside.add(loss);
          points.add(trial.point());
        }
      }
    }
    front = new Front(reference(losses, inside));
    inside.forEach(front::add);
    for (int i = 0; i < inside.size(); i++) {
      if (front.points().contains(inside.get(i))) {
        leaders.add(points.get(i));
      }
    }
    failures = new Failures(history, encoding);
  }

  private double[] losses(Trial trial, List<Map<Long, Double>> settled) {
    double[] loss = new double[space.objectives().size()];
    for (int j = 0; j < loss.length; j++) {
      loss[j] = space.objectives().get(j).direction().loss(trial.value(j));
    }
    for (int m = 0; m < models.size(); m++) {
      loss[unknown.get(m)] = settled.get(m).getOrDefault(trial.id(), loss[unknown.get(m)]);
    }
    return loss;
  }

  /** The worst of a known objective; of others, a little beyond the worst of the first fronts. */
  private double[] reference(List<double[]> losses, List<double[]> inside) {
    double[][] all = (inside.isEmpty() ? losses : inside).toArray(double[][]::new);
    double[] reference = new double[space.objectives().size()];
    boolean partlyKnown = unknown.size() < reference.length;
    int[] ranks = partlyKnown ? new int[all.length] : ParetoFront.ranks(all);
    for (int j = 0; j < reference.length; j++) {
      Objective objective = space.objectives().get(j);
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < all.length; i++) {
        if (partlyKnown || ranks[i] <= 1) {
          low = Math.min(low, all[i][j]);
          high = Math.max(high, all[i][j]);
        }
      }
      if (objective.known().isPresent()) {
        Additive known = objective.known().get();
        high =
            Math.max(
                objective.direction().loss(known.greatest()),
                objective.direction().loss(known.least()));
        low = high - (known.greatest() - known.least());
        reference[j] = high + 1e-3 * (high - low);
      } else {
        reference[j] = high + (partlyKnown ? 0.02 : 0.1) * Math.max(high - low, 1e-12);
      }
    }
    return reference;
  }

  /** Counts trials in flight as if they had given what is predicted (Ginsbourger 2010). */
  void believe(Collection<Point> pending) {
    for (Point point : pending) {
      front.add(meanLosses(encoding.of(point)));
    }
  }

  /** What is known, and the predicted medians of the rest. */
  double[] meanLosses(Encoding.Encoded at) {
    double[] loss = known(at.point);
    for (int m = 0; m < models.size(); m++) {
      loss[unknown.get(m)] = models.get(m).loss(models.get(m).mean(at));
    }
    return loss;
  }

  Front front() {
    return front;
  }

  /** What is known of trials that fail. */
  Failures failures() {
    return failures;
  }

  /** The points behind the frontier as it was before anything was believed. */
  List<Point> leaders() {
    return leaders;
  }

  /** The losses that are known of a point; 0 where unknown. */
  double[] known(Point point) {
    double[] loss = new double[space.objectives().size()];
    for (int j = 0; j < loss.length; j++) {
      Objective o = space.objectives().get(j);
      loss[j] = o.known().isPresent() ? o.direction().loss(o.known().get().of(point)) : 0;
    }
    return loss;
  }

  /**
   * How much of the predictions' deviation counts from now on: 1 for the expectation itself, less
   * to trust the predictions more.
   */
  void trust(double share) {
    boldness = share;
  }

  /** The expected gain of a point; larger is better, never negative. */
  double of(Encoding.Encoded at) {
    List<GaussianProcess.Prediction> predictions = new ArrayList<>();
    for (ObjectiveModel model : models) {
      GaussianProcess.Prediction p = model.predict(at);
      predictions.add(new GaussianProcess.Prediction(p.mean(), boldness * p.deviation()));
    }
    return gain(at, predictions);
  }

  /** Like {@link #of}, with a typical deviation instead of the point's own: much cheaper. */
  double quickly(Encoding.Encoded at) {
    boolean first = deviations.isEmpty();
    List<GaussianProcess.Prediction> predictions = new ArrayList<>();
    for (int m = 0; m < models.size(); m++) {
      ObjectiveModel model = models.get(m);
      if (first) {
        deviations.add(model.predict(at).deviation());
      }
      predictions.add(new GaussianProcess.Prediction(model.mean(at), boldness * deviations.get(m)));
    }
    return gain(at, predictions);
  }

  private double gain(Encoding.Encoded at, List<GaussianProcess.Prediction> predictions) {
    double chance = chance(at, predictions);
    if (space.objectives().size() == 1 && models.size() == 1) {
      return chance * improvement(predictions.get(0));
    }
    double[] loss = known(at.point);
    return chance
        * switch (models.size()) {
          case 0 -> front.gain(loss);
          case 1 -> overOne(loss, predictions.get(0));
          default -> overMany(loss, predictions, 0, 1);
        };
  }

  /** Expected improvement (Jones 1998, equation 15) on the model's scale. */
  private double improvement(GaussianProcess.Prediction p) {
    ObjectiveModel model = models.get(0);
    double best = front.size() == 0 ? 3 : model.standardised(front.points().get(0)[0]);
    double z = (best - p.mean()) / p.deviation();
    double tail = z < -30 ? 0 : z * Normal.cumulative(z) + Normal.density(z);
    return p.deviation() * Math.max(0, tail);
  }

  private double overOne(double[] loss, GaussianProcess.Prediction p) {
    int j = unknown.get(0);
    double sum = 0;
    double weights = 0;
    for (double z : NODES) {
      loss[j] = models.get(0).loss(p.mean() + z * p.deviation());
      double weight = Math.exp(-0.5 * z * z);
      sum += weight * front.gain(loss);
      weights += weight;
    }
    return sum / weights;
  }

  private double overMany(
      double[] loss, List<GaussianProcess.Prediction> predictions, int m, double weight) {
    if (m == predictions.size()) {
      return weight * front.gain(loss);
    }
    GaussianProcess.Prediction p = predictions.get(m);
    double sum = 0;
    for (int k = 0; k < COARSE_NODES.length; k++) {
      loss[unknown.get(m)] = models.get(m).loss(p.mean() + COARSE_NODES[k] * p.deviation());
      sum += overMany(loss, predictions, m + 1, weight * COARSE_WEIGHTS[k]);
    }
    return sum;
  }

  private double chance(Encoding.Encoded at, List<GaussianProcess.Prediction> predictions) {
    double chance = failures.successChance(at);
    for (Constraint.OnObjective c : learned) {
      int j = space.objectiveIndex(c.objective()).orElseThrow();
      int m = unknown.indexOf(j);
      Direction direction = space.objectives().get(j).direction();
      double one = direction.loss(c.min());
      double other = direction.loss(c.max());
      GaussianProcess.Prediction p = predictions.get(m);
      chance *= below(Math.max(one, other), m, p) - below(Math.min(one, other), m, p);
    }
    return Math.max(0, chance);
  }

  private double below(double loss, int model, GaussianProcess.Prediction p) {
    if (Double.isInfinite(loss)) {
      return loss > 0 ? 1 : 0;
    }
    return Normal.cumulative((models.get(model).standardised(loss) - p.mean()) / p.deviation());
  }
}
