package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * TPE and what is known of the problem: proposals come from TPE, from uniform settings of groups,
 * from the best trade-offs of an additive model under the known quantity, and from changes of the
 * best points so far; a surrogate of the unknown objectives says which is expected to move the
 * frontier most.
 */
public final class GuidedSampler implements Sampler {
  private static final int STARTUP_GROUPED = 4;
  private static final int LARGEST_STARTUP = 12;

  private final GuidedSettings settings;
  private final long seed;
  private final TpeSampler tpe;
  private @Nullable Parts parts;

  public GuidedSampler(GuidedSettings settings, long seed) {
    this.settings = settings;
    this.seed = seed;
    this.tpe = new TpeSampler(settings.tpe(), seed);
  }

  /** What is prepared once for a space. */
  private record Parts(
      SearchSpace space,
      Encoding encoding,
      Feasibility feasibility,
      UniformSettings uniform,
      boolean grouped,
      Optional<KnapsackProposals> knapsack,
      List<ObjectiveModel> models,
      LocalMoves moves) {}

  private Parts parts(SearchSpace space) {
    Parts current = parts;
    if (current == null) {
      Encoding encoding = new Encoding(space);
      UniformSettings uniform = new UniformSettings(space, encoding.features().groups());
      boolean monotone = settings.has(GuidedSettings.Part.MONOTONE);
      Optional<KnapsackProposals> knapsack =
          settings.has(GuidedSettings.Part.KNAPSACK) && KnapsackProposals.isPossible(space)
              ? Optional.of(new KnapsackProposals(space, encoding.features(), monotone))
              : Optional.empty();
      current =
          new Parts(
              space,
              encoding,
              new Feasibility(space),
              uniform,
              settings.has(GuidedSettings.Part.UNIFORM) && uniform.areUseful(),
              knapsack,
              space.unknownObjectives().stream()
                  .map(j -> new ObjectiveModel(encoding, j, settings))
                  .toList(),
              new LocalMoves(space));
      parts = current;
    }
    return current;
  }

  @Override
  public List<Point> propose(History history, long firstId, int count) {
    Parts p = parts(history.space());
    p.models().forEach(m -> m.update(history));
    List<Point> pending = new ArrayList<>();
    history.running().forEach(t -> pending.add(t.point()));
    Set<Point> seen = new HashSet<>(pending);
    history.finished().forEach(t -> seen.add(t.point()));
    boolean modelled =
        p.models().stream().allMatch(ObjectiveModel::isReady)
            && history.finished().size() >= startup(p);
    Proposal proposal = modelled ? new Proposal(p, history, pending) : null;
    List<Point> proposed = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      long id = firstId + k;
      RandomGenerator random = TrialRandom.of(seed, id);
      Point point;
      if (proposal == null) {
        point = TpeSampler.fresh(seen, () -> start(p, id, random), p.space().cardinality());
      } else if (isTpesTurn(p, id)) {
        TpeSplit split = tpe.split(history);
        point =
            TpeSampler.fresh(
                seen,
                () -> tpeCandidates(p, split, pending, random, 1).get(0),
                p.space().cardinality());
      } else {
        point = proposal.next(seen, random);
      }
      proposed.add(point);
      pending.add(point);
      seen.add(point);
      if (proposal != null) {
        proposal.acquisition.believe(List.of(point));
      }
    }
    return proposed;
  }

  private boolean isTpesTurn(Parts p, long id) {
    return p.knapsack().isEmpty() && id % settings.tpeEvery() == settings.tpeEvery() - 1;
  }

  private List<Point> tpeCandidates(
      Parts p, TpeSplit split, List<Point> pending, RandomGenerator random, int count) {
    if (split.good().isEmpty()) {
      return List.of(RandomSampler.feasible(p.space(), p.feasibility(), random));
    }
    return tpe.candidates(p.space(), split, pending, p.feasibility(), random, count);
  }

  private int startup(Parts p) {
    return p.grouped()
        ? STARTUP_GROUPED
        : Math.min(LARGEST_STARTUP, Math.max(5, p.space().dimensions() + 1));
  }

  /** Before there is a model: an even spread, of uniform settings where there are groups. */
  private Point start(Parts p, long id, RandomGenerator random) {
    if (!p.grouped()) {
      return RandomSampler.feasible(p.space(), p.feasibility(), random);
    }
    double jitter = id < 2 * STARTUP_GROUPED && p.feasibility().isUnconstrained() ? 0 : 0.25;
    return p.feasibility().repaired(p.uniform().spread(id, random, jitter), random);
  }

  /** The proposals of one ask. */
  private final class Proposal {
    private final Parts p;
    private final History history;
    private final List<Point> pending;
    private final Acquisition acquisition;
    private final int evaluations;

    Proposal(Parts p, History history, List<Point> pending) {
      this.p = p;
      this.history = history;
      this.pending = pending;
      acquisition = new Acquisition(history, p.encoding(), p.models(), p.feasibility());
      acquisition.believe(pending);
      evaluations = affordable();
    }

    /** How many predictions a proposal may cost: a fixed amount of arithmetic. */
    private int affordable() {
      double n = history.finished().size();
      double one = n * (p.encoding().features().size() + 2.0 * p.space().dimensions()) + n * n / 2;
      double budget = p.knapsack().isPresent() ? 3e6 : 8e6;
      return (int) Math.max(8, Math.min(400, budget / Math.max(1, one * p.models().size())));
    }

    private record Scored(Encoding.Encoded at, double gain) {}

    Point next(Set<Point> seen, RandomGenerator random) {
      List<Point> pool = pool(random);
      List<Scored> scored = new ArrayList<>();
      Set<Point> tried = new HashSet<>(seen);
      for (Point point : pool) {
        if (tried.add(point) && p.feasibility().isFeasible(point)) {
          Encoding.Encoded at = p.encoding().of(point);
          scored.add(new Scored(at, acquisition.of(at)));
        }
      }
      if (scored.isEmpty()) {
        return TpeSampler.fresh(
            seen,
            () -> RandomSampler.feasible(p.space(), p.feasibility(), random),
            p.space().cardinality());
      }
      scored.sort(Comparator.comparingDouble(Scored::gain).reversed());
      Scored best = scored.get(0);
      if (settings.has(GuidedSettings.Part.REFINE)) {
        best = refined(best, tried, random);
      }
      return best.at().point;
    }

    private List<Point> pool(RandomGenerator random) {
      List<Point> pool = new ArrayList<>();
      int n = history.finished().size();
      if (p.knapsack().isPresent()) {
        pool.addAll(fromKnapsack(p.knapsack().get(), random, Math.max(4, evaluations / 4)));
      }
      if (p.grouped() && n < 150) {
        List<Point> uniform = p.uniform().all(random);
        int[] order = IntStream.range(0, uniform.size()).toArray();
        Shuffle.inPlace(order, random);
        int most = n < 40 ? 100 : Math.max(4, evaluations / 8);
        Arrays.stream(order)
            .mapToObj(uniform::get)
            .filter(p.feasibility()::isFeasible)
            .limit(most)
            .forEach(pool::add);
      }
      List<Point> good = tpe.split(history).good().stream().map(Trial::point).toList();
      int locals = p.knapsack().isPresent() ? evaluations / 8 : evaluations / 3;
      for (int i = 0; i < locals && !good.isEmpty(); i++) {
        Point from = good.get(random.nextInt(good.size()));
        pool.add(p.feasibility().repaired(p.moves().move(from, random), random));
      }
      if (p.knapsack().isEmpty()) {
        pool.addAll(tpeCandidates(p, tpe.split(history), pending, random, evaluations / 10));
        for (int i = 0; i < evaluations / 8; i++) {
          pool.add(RandomSampler.feasible(p.space(), p.feasibility(), random));
        }
      }
      return pool;
    }

    /** Trade-offs of the model's mean and of a draw, those that promise most. */
    private Collection<Point> fromKnapsack(
        KnapsackProposals knapsack, RandomGenerator random, int count) {
      List<Point> points = new ArrayList<>();
      if (p.models().size() != 1) {
        return points;
      }
      ObjectiveModel model = p.models().get(0);
      GaussianProcess process = model.process();
      int j = p.space().unknownObjectives().get(0);
      for (double[] weights :
          List.of(process.weights(), process.drawWeights(random, settings.spread()))) {
        List<KnapsackProposals.Offer> offers = knapsack.offers(weights);
        double[] gains = new double[offers.size()];
        Integer[] order = new Integer[gains.length];
        double offset = Double.NaN;
        for (int i = 0; i < gains.length; i++) {
          order[i] = i;
          KnapsackProposals.Offer offer = offers.get(i);
          if (!p.feasibility().isFeasible(offer.point())) {
            gains[i] = Double.NEGATIVE_INFINITY;
            continue;
          }
          if (Double.isNaN(offset)) {
            offset = process.mean(p.encoding().of(offer.point())) - offer.effect();
          }
          double[] loss = new double[p.space().objectives().size()];
          for (int k = 0; k < loss.length; k++) {
            Objective o = p.space().objectives().get(k);
            loss[k] =
                k == j
                    ? model.loss(offset + offer.effect())
                    : o.direction().loss(o.known().orElseThrow().of(offer.point()));
          }
          // Where nothing is gained, the least loss still says where to look.
          gains[i] = acquisition.front().gain(loss) - 1e-9 * offer.effect();
        }
        Arrays.sort(order, (a, b) -> Double.compare(gains[b], gains[a]));
        for (int i = 0; i < Math.min(count / 2 + 1, order.length); i++) {
          points.add(offers.get(order[i]).point());
        }
      }
      return points;
    }

    private Scored refined(Scored from, Set<Point> tried, RandomGenerator random) {
      Scored best = from;
      double scale = 0.2;
      for (int i = 0; i < evaluations / 2; i++) {
        boolean exchange = p.knapsack().isPresent() && random.nextBoolean();
        Point moved =
            exchange
                ? p.moves().exchange(best.at().point, random)
                : p.moves().move(best.at().point, random, scale);
        if (!tried.add(moved) || !p.feasibility().isFeasible(moved)) {
          continue;
        }
        Encoding.Encoded at = p.encoding().of(moved);
        Scored next = new Scored(at, acquisition.of(at));
        boolean better = next.gain() > best.gain();
        best = better ? next : best;
        scale = Math.min(0.4, Math.max(1e-3, scale * (better ? 1.5 : 0.93)));
      }
      return best;
    }
  }
}
