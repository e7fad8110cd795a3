package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The surrogate of one unknown objective, as a loss. Its scales are chosen anew when the number of
 * values has grown by a quarter, from the first so-many observations alone: so they follow from the
 * history, whatever was asked when. Stopped trials are bounds.
 */
final class ObjectiveModel {
  private static final int FIRST_FIT = 3;
  private static final double GROWTH = 1.25;
  private static final int SETTLED = 400; // beyond, scales change little and cost more
  private static final int MOST_MODELLED = 1200; // beyond, the model sees a selection

  private final Encoding encoding;
  private final int objective;
  private final Direction direction;
  private final GuidedSettings settings;
  private final List<Observation> observations = new ArrayList<>();
  private final List<Integer> modelled = new ArrayList<>(); // observations in the process
  private int read;
  private Counts values = Counts.NONE; // observations that are no bounds
  private int revision;
  private Counts fittedAt = Counts.NONE;
  private Ordinary ordinary = Ordinary.ALL;
  private Link link = Link.NONE;
  private @Nullable GaussianProcess process;

  ObjectiveModel(Encoding encoding, int objective, GuidedSettings settings) {
    this.encoding = encoding;
    this.objective = objective;
    this.direction = encoding.space().objectives().get(objective).direction();
    this.settings = settings;
  }

  /** Takes in what was told since. */
  void update(History history) {
    if (revision != history.revision()) {
      revision = history.revision();
      observations.clear();
      read = 0;
      values = Counts.NONE;
      fittedAt = Counts.NONE;
      process = null;
    }
    int before = observations.size();
    for (; read < history.finished().size(); read++) {
      Trial trial = history.finished().get(read);
      double value = trial.value(objective);
      if (trial.state() != TrialState.FAILED && !Double.isNaN(value)) {
        Encoding.Encoded at =
            trial.origin().isForeign()
                ? encoding.foreign(trial.point())
                : encoding.of(trial.point());
        Observation observation = new Observation(at, trial, direction.loss(value));
        observations.add(observation);
        values = values.with(observation);
      }
    }
    Counts wanted = new Counts(fitSize(values.own()), fitSize(values.foreign()));
    if (wanted.equals(Counts.NONE)) {
      return;
    }
    GaussianProcess current = process;
    boolean full = modelled.size() > MOST_MODELLED + MOST_MODELLED / 4;
    if (current == null || !wanted.equals(fittedAt) || full) {
      fittedAt = wanted;
      List<Observation> first = withValues(wanted);
      ordinary = Ordinary.of(first);
      ScaleFit.Chosen chosen =
          new ScaleFit(encoding, objective, settings, first.stream().map(ordinary::of).toList())
              .chosen();
      link = chosen.link();
      current = build(chosen.hyper());
      process = current;
    } else if (observations.size() > before) {
      for (int i = before; i < observations.size(); i++) {
        add(current, i);
        current.settle();
      }
    }
  }

  /** The first observations, among them so many values; no more. */
  private List<Observation> withValues(Counts wanted) {
    Counts found = Counts.NONE;
    int end = 0;
    while (found.own() < wanted.own() || found.foreign() < wanted.foreign()) {
      found = found.with(observations.get(end++));
    }
    return observations.subList(0, end);
  }

  /** How many values are the study's own and how many come from elsewhere. */
  private record Counts(int own, int foreign) {
    static final Counts NONE = new Counts(0, 0);

    Counts with(Observation o) {
      if (o.isBound()) {
        return this;
      }
      return o.trial().origin().isForeign()
          ? new Counts(own, foreign + 1)
          : new Counts(own + 1, foreign);
    }
  }

  /** The largest size at which scales are chosen, at most {@code count}. */
  private static int fitSize(int count) {
    int size = 0;
    for (int next = FIRST_FIT; next <= count; ) {
      size = next;
      next = (int) Math.max(next + 1, next * (next < SETTLED ? GROWTH : 2 * GROWTH - 1));
    }
    return size;
  }

  boolean isReady() {
    return process != null;
  }

  /** The process of what is left when a damage model has its say. Call only when ready. */
  private GaussianProcess process() {
    GaussianProcess current = process;
    if (current == null) {
      throw new IllegalStateException("no model yet");
    }
    return current;
  }

  /** Mean and deviation at a point, standardised. */
  GaussianProcess.Prediction predict(Encoding.Encoded at) {
    GaussianProcess.Prediction rest = process().predict(at);
    return new GaussianProcess.Prediction(link.foreseen(at.point) + rest.mean(), rest.deviation());
  }

  /** The mean at a point, standardised. */
  double mean(Encoding.Encoded at) {
    return link.foreseen(at.point) + process().mean(at);
  }

  /**
   * What choices do, each discrete, on their own and in pairs, in each setting of the factors;
   * standardised.
   */
  List<ChoiceEffects> effects() {
    return inSettings(
        process().choiceEffects(process().weights()), link.damage().map(DamageModel::damage));
  }

  /**
   * Effects drawn from the posterior.
   *
   * @param share 1 for the posterior itself, less to stay nearer to its mean
   */
  List<ChoiceEffects> drawnEffects(RandomGenerator random, double share) {
    ChoiceEffects effects = process().choiceEffects(process().drawWeights(random, share));
    return inSettings(effects, link.damage().map(d -> d.draw(random, share)));
  }

  private List<ChoiceEffects> inSettings(ChoiceEffects effects, Optional<Damage> of) {
    List<List<Integer>> settings = encoding.features().factors().settings();
    return of.map(
            damage ->
                settings.stream()
                    .map(s -> effects.plus(damage.choiceEffects(s), 1 / link.spread()))
                    .toList())
        .orElse(Collections.nCopies(settings.size(), effects));
  }

  /** The loss that a standardised value stands for. */
  double loss(double standardised) {
    return link.loss(standardised);
  }

  /** The standardised value of a loss. */
  double standardised(double loss) {
    return link.standardised(loss);
  }

  private GaussianProcess build(Hyper hyper) {
    GaussianProcess built = new GaussianProcess(encoding, hyper, 2 * MOST_MODELLED);
    modelled.clear();
    // The newer half in full, since the search is there, and an even selection of the older.
    int older = Math.max(0, observations.size() - MOST_MODELLED / 2);
    int stride = Math.max(1, (older + MOST_MODELLED / 2 - 1) / (MOST_MODELLED / 2));
    List<Integer> bounds = new ArrayList<>();
    for (int i = 0; i < observations.size(); i += i < older ? stride : 1) {
      if (observations.get(i).isBound()) {
        bounds.add(i);
      } else {
        add(built, i);
      }
    }
    built.settle();
    for (int i : bounds) { // what a bound says depends on what the values say
      add(built, i);
      built.settle();
    }
    return built;
  }

  private void add(GaussianProcess to, int observation) {
    Observation o = ordinary.of(observations.get(observation));
    modelled.add(observation);
    double noise = link.noise(o, objective, fittedAt.own());
    if (o.isBound()) {
      to.addBound(o.at(), link.target(o), noise);
    } else {
      to.add(o.at(), link.target(o), noise);
    }
  }

  /**
   * The losses to compare proposals with, of the trials observed: as told where they are exact,
   * else what the model makes of them, so that a lucky draw is not taken for a good point.
   */
  Map<Long, Double> settledLosses() {
    Map<Long, Double> settled = new HashMap<>();
    for (Observation o : observations) {
      settled.put(o.trial().id(), ordinary.of(o).loss());
    }
    for (int i = 0; i < modelled.size(); i++) {
      Observation o = observations.get(modelled.get(i));
      if (o.trial().samples() > 0 && isReady()) {
        settled.put(o.trial().id(), loss(link.foreseen(o.at().point) + process().meanAt(i)));
      }
    }
    return settled;
  }
}
