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
  private static final int SETTLED = 100; // beyond, scales change little and cost more
  private static final int MOST_MODELLED = 1200; // beyond, the model sees a selection

  private final Encoding encoding;
  private final int objective;
  private final Direction direction;
  private final GuidedSettings settings;
  private final List<Observation> observations = new ArrayList<>();
  private final List<Integer> modelled = new ArrayList<>(); // observations in the process
  private int read;
  private int values; // observations that are no bounds
  private int revision;
  private int fittedAt;
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
      values = 0;
      fittedAt = 0;
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
        values += observation.isBound() ? 0 : 1;
      }
    }
    int wanted = fitSize(values);
    if (wanted < FIRST_FIT) {
      return;
    }
    GaussianProcess current = process;
    boolean full = modelled.size() > MOST_MODELLED + MOST_MODELLED / 4;
    if (current == null || wanted != fittedAt || full) {
      fittedAt = wanted;
      ScaleFit.Chosen chosen =
          new ScaleFit(encoding, objective, settings, withValues(wanted)).chosen();
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

  /** The first observations, of which so many are values; no more. */
  private List<Observation> withValues(int count) {
    int end = 0;
    for (int found = 0; found < count; end++) {
      found += observations.get(end).isBound() ? 0 : 1;
    }
    return observations.subList(0, end);
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
    Observation o = observations.get(observation);
    modelled.add(observation);
    double noise = link.noise(o, objective, fittedAt);
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
      settled.put(o.trial().id(), o.loss());
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
