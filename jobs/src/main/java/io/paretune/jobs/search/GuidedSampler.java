package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the problem, and TPE where little is: proposals come from uniform settings of
 * groups, from the best trade-offs of an additive model under the known quantity, from changes of
 * the best points so far, and from TPE; a surrogate of the unknown objectives says which is
 * expected to move the frontier most. Where every variable is a choice, as in every compression
 * space, TPE proposes nothing: there it finds half of what the trade-offs do ({@code
 * search_benchmark.md}: .42 and .53 against .93 and .91 of the best after 100 trials).
 */
public final class GuidedSampler implements Sampler {
  private static final int STARTUP_GROUPED = 4;
  private static final int LARGEST_STARTUP = 12;

  private static final int REHEARSE_EVERY = 10;

  /** Beyond so many proposals in one ask a model has nothing more to say. */
  static final int MOST_MODELLED = 128;

  private final GuidedSettings settings;
  private final long seed;
  private final TpeSampler tpe;
  private final Optional<Additive> belief;
  private @Nullable GuidedParts parts;
  private int toldSinceAsked;

  public GuidedSampler(GuidedSettings settings, long seed) {
    this(settings, seed, Optional.empty());
  }

  /**
   * A sampler that believes something of the loss before any trial.
   *
   * @param belief what each value of each variable is believed to add to the unknown objective's
   *     loss, in any unit: how much it matters is learned
   */
  public GuidedSampler(GuidedSettings settings, long seed, Optional<Additive> belief) {
    this.settings = settings;
    this.seed = seed;
    this.belief = belief;
    this.tpe = new TpeSampler(settings.tpe(), seed);
  }

  private GuidedParts parts(SearchSpace space) {
    GuidedParts current = parts;
    if (current == null) {
      current = GuidedParts.of(space, settings, belief);
      parts = current;
    }
    return current;
  }

  @Override
  public void told(History history) {
    GuidedParts p = parts(history.space());
    p.models().forEach(m -> m.update(history));
    toldSinceAsked++;
    if (toldSinceAsked % REHEARSE_EVERY == 0 && isModelled(p, history)) {
      // Many tells and no ask: a rehearsal lets the JVM compile what the next ask will need.
      new GuidedProposals(p, tpe, history, List.of())
          .next(0, new HashSet<>(), TrialRandom.of(seed, toldSinceAsked));
    }
  }

  private static boolean isModelled(GuidedParts p, History history) {
    return p.models().stream().allMatch(ObjectiveModel::isReady)
        && history.finished().size() >= startup(p);
  }

  @Override
  public List<Point> propose(History history, long firstId, int count) {
    GuidedParts p = parts(history.space());
    p.models().forEach(m -> m.update(history));
    p.feasibility().forgetMisses();
    List<Point> pending = new ArrayList<>();
    history.running().forEach(t -> pending.add(t.point()));
    Set<Point> seen = history.tried();
    boolean modelled =
        p.models().stream().allMatch(ObjectiveModel::isReady)
            && history.finished().size() >= startup(p);
    GuidedProposals proposals = modelled ? new GuidedProposals(p, tpe, history, pending) : null;
    List<Point> proposed = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      long id = firstId + k;
      RandomGenerator random = TrialRandom.of(seed, id);
      Point point;
      if (k >= MOST_MODELLED) {
        point = untried(p, seen, random);
      } else if (proposals == null) {
        point = p.untried().draw(seen, () -> start(p, id, random), random);
      } else if (isTpesTurn(p, id)) {
        point =
            p.untried()
                .draw(seen, () -> p.tpeCandidates(tpe, history, pending, random, 1).get(0), random);
      } else {
        point = proposals.next(id, seen, random);
      }
      if (seen.contains(point)) {
        // A start that follows from its number alone, or a proposal that nothing else beats.
        point = untried(p, seen, random);
      }
      proposed.add(point);
      pending.add(point);
      seen.add(point);
      if (proposals != null && k < MOST_MODELLED) {
        proposals.believe(point);
      }
    }
    return proposed;
  }

  /** A random point that was not tried, unless the space is used up. */
  private static Point untried(GuidedParts p, Set<Point> seen, RandomGenerator random) {
    return p.untried()
        .draw(seen, () -> RandomSampler.feasible(p.space(), p.feasibility(), random), random);
  }

  private boolean isTpesTurn(GuidedParts p, long id) {
    return p.knapsack().isEmpty() && id % settings.tpeEvery() == settings.tpeEvery() - 1;
  }

  private static int startup(GuidedParts p) {
    return p.grouped() || p.knapsack().isPresent()
        ? STARTUP_GROUPED
        : Math.min(LARGEST_STARTUP, Math.max(5, p.space().dimensions() + 1));
  }

  /** Before there is a model: an even spread, of uniform settings where there are groups. */
  private Point start(GuidedParts p, long id, RandomGenerator random) {
    if (!p.grouped()) {
      Point point =
          p.knapsack().isPresent()
              ? LocalMoves.extremes(p.space(), id, seed)
              : RandomSampler.feasible(p.space(), p.feasibility(), random);
      return p.feasibility().repaired(point, random);
    }
    double jitter = id < 2 * STARTUP_GROUPED && p.feasibility().isUnconstrained() ? 0 : 0.25;
    return p.feasibility().repaired(p.uniform().spread(id, random, jitter), random);
  }
}
