package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The surrogate of one unknown objective, as a loss. Its scales are chosen anew when the number of
 * observations has grown by a quarter, from the first so-many observations alone: so they follow
 * from the history, whatever was asked when.
 */
final class ObjectiveModel {
  private static final int FIRST_FIT = 3;
  private static final double GROWTH = 1.25;
  private static final int SETTLED = 100; // beyond, scales change little and cost more
  private static final int MOST_FIT = 110;
  private static final int MOST_MODELLED = 1200; // beyond, the model sees a selection

  private static final int CURVE_ROUNDS = 1;

  private final Encoding encoding;
  private final int objective;
  private final Direction direction;
  private final GuidedSettings settings;
  private final List<Observation> observations = new ArrayList<>();
  private final List<Integer> modelled = new ArrayList<>(); // observations in the process
  private int read;
  private int revision;
  private int fittedAt;
  private Warp warp = new Warp.None();
  private double centre;
  private double spread = 1;
  private @Nullable GaussianProcess process;

  private record Observation(Encoding.Encoded at, Trial trial, double loss) {}

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
      fittedAt = 0;
      process = null;
    }
    int before = observations.size();
    for (; read < history.finished().size(); read++) {
      Trial trial = history.finished().get(read);
      double value = trial.value(objective);
      if (trial.state() != TrialState.FAILED && !Double.isNaN(value)) {
        Encoding.Encoded at = encoding.of(trial.point());
        if (trial.origin().isForeign()) {
          at =
              new Encoding.Encoded(
                  at.point, encoding.features().foreign(at.features), at.place);
        }
        observations.add(new Observation(at, trial, direction.loss(value)));
      }
    }
    int wanted = fitSize(observations.size());
    if (wanted < FIRST_FIT) {
      return;
    }
    GaussianProcess current = process;
    boolean full = modelled.size() > MOST_MODELLED + MOST_MODELLED / 4;
    if (current == null || wanted != fittedAt || full) {
      fittedAt = wanted;
      current = build(fit(wanted));
      process = current;
    } else if (observations.size() > before) {
      for (int i = before; i < observations.size(); i++) {
        add(current, i);
      }
      current.settle();
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

  /** The model. Call only when ready. */
  GaussianProcess process() {
    GaussianProcess current = process;
    if (current == null) {
      throw new IllegalStateException("no model yet");
    }
    return current;
  }

  /** The loss that a standardised, warped value stands for. */
  double loss(double standardised) {
    return warp.inverse(centre + spread * standardised);
  }

  /** The standardised, warped value of a loss. */
  double standardised(double loss) {
    return (warp.of(loss) - centre) / spread;
  }

  private GaussianProcess build(Hyper hyper) {
    GaussianProcess built = new GaussianProcess(encoding, hyper, 2 * MOST_MODELLED);
    modelled.clear();
    // The newer half in full, since the search is there, and an even selection of the older.
    int older = Math.max(0, observations.size() - MOST_MODELLED / 2);
    int stride = Math.max(1, (older + MOST_MODELLED / 2 - 1) / (MOST_MODELLED / 2));
    for (int i = 0; i < observations.size(); i += i < older ? stride : 1) {
      add(built, i);
    }
    built.settle();
    return built;
  }

  private void add(GaussianProcess to, int observation) {
    Observation o = observations.get(observation);
    modelled.add(observation);
    to.add(o.at(), standardised(o.loss()), noise(o, warp, spread));
  }

  /** Known noise variance in standardised units. */
  private double noise(Observation o, Warp by, double scale) {
    Trial trial = o.trial();
    double variance = 0;
    if (trial.samples() > 0) {
      // Agresti and Coull 1998: two right and two wrong answers more, so that 0 and 1 are noisy.
      double n = trial.samples() + 4.0;
      double p = Math.min(1, Math.max(0, (trial.value(objective) * trial.samples() + 2) / n));
      double slope = Math.exp(by.logSlope(o.loss())) / scale;
      variance += p * (1 - p) / n * slope * slope;
    }
    if (trial.state() == TrialState.STOPPED) {
      variance = 2 * variance + 0.1; // given up early: a bound, not a result
    }
    if (trial.origin().isForeign()) {
      double fade = 1 + fittedAt / 10.0;
      variance += 0.05 * fade * (1 / trial.origin().weight() - 1);
    }
    return variance;
  }

  /** Chooses warp and scales from the first {@code count} observations. */
  private Hyper fit(int count) {
    List<Observation> used = new ArrayList<>();
    int stride = (count + MOST_FIT - 1) / MOST_FIT;
    for (int i = (count - 1) % stride; i < count; i += stride) {
      used.add(observations.get(i));
    }
    Hyper start = start();
    warp = new Warp.None();
    Hyper rough = fit(used, start);
    if (settings.has(GuidedSettings.Part.WARP) && used.size() >= 6) {
      warp = bestWarp(used, observations.subList(0, count), rough, start);
    }
    Hyper hyper = fit(used, rough);
    boolean curved = settings.has(GuidedSettings.Part.CURVES) && encoding.features().canCurve();
    for (int round = 0; curved && round < CURVE_ROUNDS; round++) {
      hyper = fit(used, hyper.withCurves(encoding.features().curves(weights(used, hyper))));
    }
    return hyper;
  }

  private Hyper fit(List<Observation> used, Hyper from) {
    return search(used, from).fit(from, targets(used), 1);
  }

  private HyperFit search(List<Observation> used, Hyper hyper) {
    return new HyperFit(encoding, used.stream().map(Observation::at).toList(), hyper.curves());
  }

  /** Posterior mean of the weights, given these scales. */
  private double[] weights(List<Observation> used, Hyper hyper) {
    GaussianProcess process = new GaussianProcess(encoding, hyper, used.size());
    HyperFit.Targets targets = targets(used);
    for (int i = 0; i < used.size(); i++) {
      process.add(used.get(i).at(), targets.values[i], targets.noiseVariances[i]);
    }
    process.settle();
    return process.weights();
  }

  private Warp bestWarp(
      List<Observation> used, List<Observation> all, Hyper rough, Hyper start) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (Observation o : all) {
      low = Math.min(low, o.loss());
      high = Math.max(high, o.loss());
    }
    HyperFit search = search(used, rough);
    Warp best = warp;
    double most = Double.NEGATIVE_INFINITY;
    for (Warp candidate : Warp.candidates(low, high)) {
      warp = candidate;
      HyperFit.Targets targets = targets(used);
      double evidence = search.evidence(rough, start, targets) - used.size() * Math.log(spread);
      for (Observation o : used) {
        evidence += candidate.logSlope(o.loss());
      }
      // A change of scale must pay for itself.
      evidence -= candidate instanceof Warp.None ? 0 : 1;
      if (evidence > most) {
        most = evidence;
        best = candidate;
      }
    }
    return best;
  }

  private Hyper start() {
    Hyper start = Hyper.initial(encoding.space());
    if (!settings.has(GuidedSettings.Part.STRUCTURE)) {
      start = start.with(Features.Part.SHARED, 1e-6).with(Features.Part.SMOOTH, 1e-6);
    }
    if (!settings.has(GuidedSettings.Part.INTERACTIONS)) {
      start =
          start
              .with(Features.Part.PAIR, 1e-6)
              .with(Features.Part.CURVED_PAIR, 1e-6)
              .withRest(1e-6);
    }
    return start;
  }

  private HyperFit.Targets targets(List<Observation> used) {
    double[] values = used.stream().mapToDouble(o -> warp.of(o.loss())).toArray();
    centre = Arrays.stream(values).average().orElse(0);
    double sum = 0;
    for (double v : values) {
      sum += (v - centre) * (v - centre);
    }
    spread = Math.sqrt(sum / values.length);
    if (!(spread > 1e-12)) {
      spread = 1;
    }
    double[] noise = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      noise[i] = noise(used.get(i), warp, spread);
      values[i] = (values[i] - centre) / spread;
    }
    return new HyperFit.Targets(values, noise);
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
        settled.put(o.trial().id(), loss(process().meanAt(i)));
      }
    }
    return settled;
  }
}
