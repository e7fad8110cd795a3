package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The model's proposals of one ask: a pool from all sources, the one that is expected to add most,
 * and small changes of it.
 */
final class GuidedProposals {
  /** Trials after which uniform settings are no longer proposed: they are known by then. */
  private static final int UNIFORM_UNTIL = 40;

  private static final int MOST_UNIFORM = 100;

  /** Trials after which means alone are believed; before, they differ too little. */
  private static final int BOLD_UNTIL = 20;

  /** Trials after which every second proposal is a draw's: before, draws tell nothing but doubt. */
  private static final int DRAWS_FROM = 30;

  /** Trials that share a draw of the model where drawing is expensive. */
  private static final int SHARED_DRAW = 8;

  private static final double QUICK_BUDGET = 1.2e6;

  private final GuidedParts p;
  private final TpeSampler tpe;
  private final History history;
  private final List<Point> pending;
  private final Acquisition acquisition;
  private final int evaluations;
  private final boolean expensive; // then a typical deviation stands for each point's own
  private final List<Promise> meanPromises = new ArrayList<>();
  private List<Promise> drawnPromises = List.of();
  private long drawnFor;

  GuidedProposals(GuidedParts p, TpeSampler tpe, History history, List<Point> pending) {
    this.tpe = tpe;
    this.p = p;
    this.history = history;
    this.pending = pending;
    acquisition = new Acquisition(history, p.encoding(), p.models(), p.feasibility());
    acquisition.believe(pending);
    boolean bold = p.space().objectives().size() == 1 || history.finished().size() < BOLD_UNTIL;
    acquisition.trust(bold ? 1 : p.settings().boldness());
    int inFull = affordable(p.knapsack().isPresent() ? 6e6 : 16e6, costInFull());
    expensive = inFull < 40;
    boolean tabled = expensive && p.knapsack().isPresent();
    evaluations = tabled ? Math.min(40, affordable(QUICK_BUDGET, costOfMean())) : inFull;
  }

  /** How many predictions a proposal may cost: a fixed amount of arithmetic. */
  private int affordable(double budget, double one) {
    return (int) Math.max(8, Math.min(400, budget / Math.max(1, one * p.models().size())));
  }

  /** The arithmetic of a prediction with its deviation. */
  private double costInFull() {
    double n = history.finished().size();
    return n * (p.encoding().features().size() + p.space().dimensions() + 100) + n * n;
  }

  /** Of a mean alone, where the linear part is tabled. */
  private double costOfMean() {
    return history.finished().size() * (p.space().dimensions() + 60.0);
  }

  /** Counts a point as tried, with the losses predicted for it. */
  void believe(Point point) {
    acquisition.believe(List.of(point));
  }

  /** In full where that is affordable. */
  private double gain(Encoding.Encoded at) {
    return expensive ? acquisition.quickly(at) : acquisition.of(at);
  }

  /** Of what a trade-off is foreseen to be, if it does not fail. */
  private double gain(Promise promise) {
    return acquisition.failures().successChance(promise.point())
        * acquisition.front().gain(promise.losses());
  }

  private record Scored(Encoding.Encoded at, double gain) {}

  private record Ranked(Promise promise, double gain) {}

  Point next(long id, Set<Point> seen, RandomGenerator random) {
    if (p.knapsack().isPresent() && p.models().size() == 1) {
      draw(p.knapsack().get(), id, random);
    }
    Optional<Point> drawn = isDrawsTurn(id) ? bestOfDraw(seen) : Optional.empty();
    if (drawn.isPresent()) {
      return drawn.get();
    }
    List<Point> pool = pool(random);
    List<Scored> scored = new ArrayList<>();
    Set<Point> tried = new HashSet<>();
    for (Point point : pool) {
      if (!seen.contains(point) && tried.add(point) && p.feasibility().isFeasible(point)) {
        Encoding.Encoded at = p.encoding().of(point);
        scored.add(new Scored(at, gain(at)));
      }
    }
    if (scored.isEmpty()) {
      return p.untried()
          .draw(seen, () -> RandomSampler.feasible(p.space(), p.feasibility(), random), random);
    }
    scored.sort(Comparator.comparingDouble(Scored::gain).reversed());
    Scored best = scored.get(0);
    if (p.settings().has(GuidedSettings.Part.REFINE)) {
      best = refined(best, seen, tried, random);
    }
    return best.at().point;
  }

  private boolean isDrawsTurn(long id) {
    return p.settings().has(GuidedSettings.Part.DRAW)
        && p.space().objectives().size() > 1 // a frontier has room; of one loss a draw wins nothing
        && history.finished().size() >= DRAWS_FROM
        && id % 2 == 1;
  }

  /**
   * What would add most if the draw were the truth (Thompson 1933): tries what nobody knows yet to
   * be bad, where a mean would repeat itself.
   */
  private Optional<Point> bestOfDraw(Set<Point> seen) {
    Promise best = null;
    double most = 0;
    for (Promise promise : drawnPromises) {
      double gain = seen.contains(promise.point()) ? 0 : gain(promise);
      if (gain > most) {
        most = gain;
        best = promise;
      }
    }
    return Optional.ofNullable(best).map(Promise::point);
  }

  private List<Point> pool(RandomGenerator random) {
    List<Point> pool = new ArrayList<>();
    int n = history.finished().size();
    if (p.knapsack().isPresent()) {
      pool.addAll(fromKnapsack(Math.max(4, evaluations / 4)));
    }
    if (p.grouped() && n < UNIFORM_UNTIL) {
      List<Point> uniform = p.uniform().all(random);
      int[] order = IntStream.range(0, uniform.size()).toArray();
      Shuffle.inPlace(order, random);
      Arrays.stream(order)
          .mapToObj(uniform::get)
          .filter(p.feasibility()::isFeasible)
          .limit(MOST_UNIFORM)
          .forEach(pool::add);
    }
    List<Point> good =
        p.knapsack().isPresent()
            ? acquisition.leaders()
            : tpe.split(history).good().stream().map(Trial::point).toList();
    for (int i = 0; i < evaluations / 3 && !good.isEmpty(); i++) {
      Point from = good.get(random.nextInt(good.size()));
      pool.add(p.feasibility().repaired(p.moves().move(from, random), random));
    }
    if (p.knapsack().isEmpty()) {
      pool.addAll(p.tpeCandidates(tpe, history, pending, random, evaluations / 10));
      for (int i = 0; i < evaluations / 8; i++) {
        pool.add(RandomSampler.feasible(p.space(), p.feasibility(), random));
      }
    }
    return pool;
  }

  /** The trade-offs of the model's mean and of a draw, where they are not known yet. */
  private void draw(KnapsackProposals knapsack, long id, RandomGenerator random) {
    ObjectiveModel model = p.models().get(0);
    if (meanPromises.isEmpty()) {
      meanPromises.addAll(promises(knapsack, model.effects()));
    }
    if (drawnPromises.isEmpty() || !expensive || id >= drawnFor + SHARED_DRAW) {
      drawnFor = id;
      drawnPromises = promises(knapsack, model.drawnEffects(random, p.settings().spread()));
    }
  }

  /** Those trade-offs that promise most. */
  private List<Point> fromKnapsack(int count) {
    List<Point> points = new ArrayList<>();
    for (List<Promise> promises : List.of(meanPromises, drawnPromises)) {
      // Where nothing is gained, the least effect still says where to look.
      promises.stream()
          .map(o -> new Ranked(o, gain(o) - 1e-9 * o.effect()))
          .sorted(Comparator.comparingDouble(Ranked::gain).reversed())
          .limit(count / 2 + 1)
          .forEach(r -> points.add(r.promise().point()));
    }
    return points;
  }

  /** In every setting of the factors. */
  private List<Promise> promises(KnapsackProposals knapsack, List<ChoiceEffects> effects) {
    Factors factors = p.encoding().features().factors();
    List<Promise> promises = new ArrayList<>();
    for (int s = 0; s < effects.size(); s++) {
      List<Integer> setting = factors.settings().get(s);
      promises.addAll(
          promises(
              knapsack.offers(
                  effects.get(s),
                  e -> acquisition.failures().without(factors.within(e, setting)))));
    }
    return promises;
  }

  private List<Promise> promises(List<KnapsackProposals.Offer> offers) {
    ObjectiveModel model = p.models().get(0);
    int unknown = p.space().unknownObjectives().get(0);
    List<Promise> promises = new ArrayList<>();
    double offset = Double.NaN;
    for (KnapsackProposals.Offer offer : offers) {
      Point point = offer.point();
      if (!p.feasibility().isFeasible(point)) {
        continue;
      }
      if (Double.isNaN(offset)) {
        offset = model.mean(p.encoding().of(point)) - offer.effect();
      }
      double[] losses = acquisition.known(point);
      losses[unknown] = model.loss(offset + offer.effect());
      promises.add(new Promise(point, losses, offer.effect()));
    }
    return promises;
  }

  private Scored refined(Scored from, Set<Point> seen, Set<Point> tried, RandomGenerator random) {
    Scored best = from;
    double scale = 0.2;
    for (int i = 0; i < evaluations / 2; i++) {
      boolean exchange = p.knapsack().isPresent() && random.nextBoolean();
      Point moved =
          exchange
              ? p.moves().exchange(best.at().point, random)
              : p.moves().move(best.at().point, random, scale);
      if (seen.contains(moved) || !tried.add(moved) || !p.feasibility().isFeasible(moved)) {
        continue;
      }
      Encoding.Encoded at = p.encoding().of(moved);
      Scored next = new Scored(at, gain(at));
      boolean better = next.gain() > best.gain();
      best = better ? next : best;
      scale = Math.min(0.4, Math.max(1e-3, scale * (better ? 1.5 : 0.93)));
    }
    return best;
  }

  /** A trade-off of the additive model with the losses that it foresees. */
  private static final class Promise {
    private final Point point;
    private final double[] losses;
    private final double effect;

    Promise(Point point, double[] losses, double effect) {
      this.point = point;
      this.losses = losses;
      this.effect = effect;
    }

    Point point() {
      return point;
    }

    double[] losses() {
      return losses;
    }

    double effect() {
      return effect;
    }
  }
}
