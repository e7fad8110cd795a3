package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The tree-structured Parzen estimator (Bergstra 2011; components as in Watanabe 2023), for one or
 * several objectives. Proposes the candidate whose density among the good trials is highest
 * relative to that among the others. Trials still running count as bad, so that a batch spreads
 * (constant liar).
 */
public final class TpeSampler implements Sampler {
  private final TpeSettings settings;
  private final long seed;
  private @Nullable TpeSplit split;
  private int splitSize = -1;
  private int splitRevision;

  public TpeSampler(TpeSettings settings, long seed) {
    this.settings = settings;
    this.seed = seed;
  }

  @Override
  public List<Point> propose(History history, long firstId, int count) {
    SearchSpace space = history.space();
    Feasibility feasibility = new Feasibility(space);
    Untried untried = new Untried(space, feasibility);
    List<Point> pending = new ArrayList<>();
    history.running().forEach(t -> pending.add(t.point()));
    Set<Point> seen = history.tried();
    List<Point> proposed = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      RandomGenerator random = TrialRandom.of(seed, firstId + k);
      boolean modelled = k < GuidedSampler.MOST_MODELLED;
      Point point =
          untried.draw(
              seen,
              () ->
                  modelled
                      ? next(history, pending, feasibility, random)
                      : RandomSampler.feasible(space, feasibility, random),
              random);
      proposed.add(point);
      pending.add(point);
      seen.add(point);
    }
    return proposed;
  }

  private Point next(
      History history, List<Point> pending, Feasibility feasibility, RandomGenerator random) {
    SearchSpace space = history.space();
    TpeSplit parts = split(history);
    if (history.finished().size() < settings.startupTrials() || parts.good().isEmpty()) {
      return RandomSampler.feasible(space, feasibility, random);
    }
    return candidates(space, parts, pending, feasibility, random, 1).get(0);
  }

  /** The best of the drawn candidates, best first. */
  List<Point> candidates(
      SearchSpace space,
      TpeSplit parts,
      List<Point> pending,
      Feasibility feasibility,
      RandomGenerator random,
      int count) {
    ParzenEstimator good =
        new ParzenEstimator(
            space,
            parts.good().stream().map(Trial::point).toList(),
            parts.weights().stream().mapToDouble(Double::doubleValue).toArray(),
            settings);
    List<Point> others = new ArrayList<>();
    parts.bad().forEach(t -> others.add(t.point()));
    others.addAll(pending);
    double[] weights = new double[others.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i < parts.bad().size() ? parts.weight(parts.bad().get(i)) : 1;
    }
    ParzenEstimator bad = new ParzenEstimator(space, others, weights, settings);
    record Scored(Point point, double score) {}
    List<Scored> scored = new ArrayList<>();
    for (int i = 0; i < settings.candidates(); i++) {
      Point point = feasibility.repaired(good.sample(random), random);
      scored.add(new Scored(point, good.logDensity(point) - bad.logDensity(point)));
    }
    scored.sort((a, b) -> Double.compare(b.score(), a.score()));
    return scored.stream().map(Scored::point).limit(count).toList();
  }

  TpeSplit split(History history) {
    TpeSplit current = split;
    if (current == null
        || splitSize != history.finished().size()
        || splitRevision != history.revision()) {
      current = TpeSplit.of(history, settings);
      split = current;
      splitSize = history.finished().size();
      splitRevision = history.revision();
    }
    return current;
  }
}
