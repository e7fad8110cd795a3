package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
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
  private static final int MOST_DAMAGED = 260;
  private static final int MOST_MODELLED = 1200; // beyond, the model sees a selection

  private static final int LEAST_DAMAGED = 10;
  private static final double MOST_LEFT = 3; // standard deviations
  private static final double SHARE_LEFT = 0.15; // of the usual scales

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
  private @Nullable DamageModel damage;

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
        Encoding.Encoded at =
            trial.origin().isForeign()
                ? encoding.foreign(trial.point())
                : encoding.of(trial.point());
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
    return new GaussianProcess.Prediction(foreseen(at.point) + rest.mean(), rest.deviation());
  }

  /** The mean at a point, standardised. */
  double mean(Encoding.Encoded at) {
    return foreseen(at.point) + process().mean(at);
  }

  /** What the damage model alone foresees. */
  private double foreseen(Point point) {
    DamageModel by = damage;
    return by == null ? 0 : by.damage().of(point) / spread;
  }

  /** The additive effects of every choice of every variable, each discrete; standardised. */
  double[][] effects() {
    double[][] effects = process().effects(process().weights());
    DamageModel by = damage;
    return by == null ? effects : plus(effects, by.damage());
  }

  /**
   * Effects drawn from the posterior.
   *
   * @param share 1 for the posterior itself, less to stay nearer to its mean
   */
  double[][] drawnEffects(RandomGenerator random, double share) {
    double[][] effects = process().effects(process().drawWeights(random, share));
    DamageModel by = damage;
    return by == null ? effects : plus(effects, by.draw(random, share));
  }

  private double[][] plus(double[][] effects, Damage of) {
    double[][] own = of.effects();
    for (int i = 0; i < effects.length; i++) {
      for (int c = 0; c < effects[i].length; c++) {
        effects[i][c] += own[i][c] / spread;
      }
    }
    return effects;
  }

  /** The loss that a standardised, warped value stands for. */
  double loss(double standardised) {
    DamageModel by = damage;
    return by == null
        ? warp.inverse(centre + spread * standardised)
        : by.damage().loss(spread * standardised);
  }

  /** The standardised, warped value of a loss. */
  double standardised(double loss) {
    DamageModel by = damage;
    return by == null ? (warp.of(loss) - centre) / spread : by.damage().damage(loss) / spread;
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
    DamageModel by = damage;
    if (by == null) {
      to.add(o.at(), standardised(o.loss()), noise(o, slope(o.loss())));
    } else {
      to.add(o.at(), left(by.damage(), o), noise(o, slope(by.damage(), o)));
    }
  }

  /** Slope of the warped, standardised scale at a loss. */
  private double slope(double loss) {
    return Math.exp(warp.logSlope(loss)) / spread;
  }

  /** The same under a damage model: at what it foresees, not at what luck made of it. */
  private double slope(Damage of, Observation o) {
    return 1 / (spread * of.slope(of.of(o.at().point)));
  }

  /** What a damage model leaves of an observation, to first order. */
  private double left(Damage of, Observation o) {
    double foreseen = of.of(o.at().point);
    double step = (o.loss() - of.loss(foreseen)) / of.slope(foreseen);
    return Math.max(-MOST_LEFT, Math.min(MOST_LEFT, step / spread));
  }

  /** Known noise variance in standardised units, where losses have that slope. */
  private double noise(Observation o, double slope) {
    Trial trial = o.trial();
    double variance = 0;
    if (trial.samples() > 0) {
      variance += o.samplingVariance(objective) * slope * slope;
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
    List<Observation> used = spread(count, MOST_FIT);
    damage = null;
    Hyper start = start();
    warp = new Warp.None();
    Hyper rough = fit(used, start);
    if (settings.has(GuidedSettings.Part.WARP) && used.size() >= 6) {
      warp = bestWarp(used, observations.subList(0, count), rough, start);
    }
    Hyper hyper = fit(used, rough);
    if (settings.has(GuidedSettings.Part.CURVES) && encoding.features().canCurve()) {
      hyper =
          fit(used, hyper.withCurves(encoding.features().curves(process(used, hyper).weights())));
    }
    boolean damaging =
        settings.has(GuidedSettings.Part.DAMAGE)
            && used.size() >= LEAST_DAMAGED
            && DamageModel.isPossible(encoding.space(), encoding.features());
    return damaging ? damaged(spread(count, MOST_DAMAGED), hyper) : hyper;
  }

  /** Of the first {@code count} observations at most {@code most}, evenly, the last among them. */
  private List<Observation> spread(int count, int most) {
    List<Observation> some = new ArrayList<>();
    int stride = (count + most - 1) / most;
    for (int i = (count - 1) % stride; i < count; i += stride) {
      some.add(observations.get(i));
    }
    return some;
  }

  /** Takes a damage model where it foresees better; the scales are then of what it leaves. */
  private Hyper damaged(List<Observation> used, Hyper hyper) {
    GaussianProcess other = process(used, hyper);
    double[] losses = new double[used.size()];
    double[] deviations = new double[used.size()];
    double[] missed = new double[used.size()];
    double low = used.stream().mapToDouble(Observation::loss).min().orElse(0);
    double high = used.stream().mapToDouble(Observation::loss).max().orElse(0);
    for (int i = 0; i < losses.length; i++) {
      Observation o = used.get(i);
      losses[i] = o.loss();
      double floor = 0.004 * (high - low); // what no such model can explain
      double variance =
          floor * floor + (o.trial().samples() > 0 ? o.samplingVariance(objective) : 0);
      double doubt = o.trial().state() == TrialState.STOPPED ? 3 : 1 / o.trial().origin().weight();
      deviations[i] = Math.sqrt(Math.max(1e-18, variance)) * doubt;
      missed[i] = o.loss() - loss(other.meanWithout(i));
    }
    Optional<DamageModel> found =
        DamageModel.fit(
            encoding.space(),
            encoding.features(),
            other.effects(other.weights()),
            used.stream().map(o -> o.at().point).toList(),
            losses,
            deviations,
            missed);
    if (found.isEmpty()) {
      return hyper;
    }
    DamageModel by = found.get();
    damage = by;
    double[] foreseen = used.stream().mapToDouble(o -> by.damage().of(o.at().point)).toArray();
    double mean = Arrays.stream(foreseen).average().orElse(0);
    spread =
        Math.max(
            1e-6,
            Math.sqrt(
                Arrays.stream(foreseen).map(t -> (t - mean) * (t - mean)).average().orElse(1)));
    double[] left = used.stream().mapToDouble(o -> left(by.damage(), o)).toArray();
    double[] noise = used.stream().mapToDouble(o -> noise(o, slope(by.damage(), o))).toArray();
    Hyper start = start().times(SHARE_LEFT);
    return search(used, start).fit(start, new HyperFit.Targets(left, noise), 1);
  }

  private Hyper fit(List<Observation> used, Hyper from) {
    return search(used, from).fit(from, targets(used), 1);
  }

  private HyperFit search(List<Observation> used, Hyper hyper) {
    return new HyperFit(encoding, used.stream().map(Observation::at).toList(), hyper.curves());
  }

  /** The process of these observations, given these scales. */
  private GaussianProcess process(List<Observation> used, Hyper hyper) {
    GaussianProcess built = new GaussianProcess(encoding, hyper, used.size());
    HyperFit.Targets targets = targets(used);
    for (int i = 0; i < used.size(); i++) {
      built.add(used.get(i).at(), targets.values[i], targets.noiseVariances[i]);
    }
    built.settle();
    return built;
  }

  private Warp bestWarp(List<Observation> used, List<Observation> all, Hyper rough, Hyper start) {
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
          start.with(Features.Part.PAIR, 1e-6).with(Features.Part.CURVED_PAIR, 1e-6).withRest(1e-6);
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
      noise[i] = noise(used.get(i), slope(used.get(i).loss()));
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
        settled.put(o.trial().id(), loss(foreseen(o.at().point) + process().meanAt(i)));
      }
    }
    return settled;
  }
}
