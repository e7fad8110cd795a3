package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Chooses the surrogate's link and scales from observations. */
final class ScaleFit {
  private static final int MOST_FIT = 110;
  private static final int MOST_DAMAGED = 260;
  private static final int LEAST_WARPED = 6;
  private static final int LEAST_DAMAGED = 10;
  private static final double BOUND_DOUBT = 3; // seen on a part of the questions, maybe by bad luck
  private static final double SHARE_LEFT = 0.15; // of the usual scales

  private final Encoding encoding;
  private final int objective;
  private final GuidedSettings settings;
  private final List<Observation> observations;
  private final List<Observation> bounds;
  private final int own;

  /** What was chosen. */
  record Chosen(Link link, Hyper hyper) {}

  /**
   * Looks at all of these observations, or at an even selection where they are many. Those that are
   * bounds have their say in a damage model only.
   */
  ScaleFit(
      Encoding encoding, int objective, GuidedSettings settings, List<Observation> observations) {
    this.encoding = encoding;
    this.objective = objective;
    this.settings = settings;
    this.observations = observations.stream().filter(o -> !o.isBound()).toList();
    this.bounds = observations.stream().filter(Observation::isBound).toList();
    this.own =
        (int) this.observations.stream().filter(o -> !o.trial().origin().isForeign()).count();
  }

  Chosen chosen() {
    List<Observation> used = spread(observations, MOST_FIT);
    Hyper start = start();
    Link link = Link.of(new Warp.None(), used);
    Hyper hyper = fit(used, link, start);
    if (settings.has(GuidedSettings.Part.WARP) && used.size() >= LEAST_WARPED) {
      link = warped(used, hyper, start);
    }
    hyper = fit(used, link, hyper);
    if (settings.has(GuidedSettings.Part.CURVES) && encoding.features().canCurve()) {
      double[] weights = process(used, link, hyper).weights();
      hyper = fit(used, link, hyper.withCurves(encoding.features().curves(weights)));
    }
    Chosen additive = new Chosen(link, hyper);
    boolean damaging =
        settings.has(GuidedSettings.Part.DAMAGE)
            && used.size() >= LEAST_DAMAGED
            && DamageModel.isPossible(encoding.space(), encoding.features());
    return damaging ? damaged(spread(observations, MOST_DAMAGED), additive) : additive;
  }

  /** At most so many of the observations, evenly, the last among them. */
  private static List<Observation> spread(List<Observation> of, int most) {
    List<Observation> some = new ArrayList<>();
    int count = of.size();
    int stride = Math.max(1, (count + most - 1) / most);
    for (int i = Math.floorMod(count - 1, stride); i < count; i += stride) {
      some.add(of.get(i));
    }
    return some;
  }

  /** Takes a damage model where it foresees better; the scales are then of what it leaves. */
  private Chosen damaged(List<Observation> used, Chosen additive) {
    Link link = Link.of(additive.link().warp(), used);
    GaussianProcess other = process(used, link, additive.hyper());
    double low = used.stream().mapToDouble(Observation::loss).min().orElse(0);
    double high = used.stream().mapToDouble(Observation::loss).max().orElse(0);
    List<Observation> all = new ArrayList<>(used);
    all.addAll(spread(bounds, MOST_DAMAGED / 2));
    double[] missed = new double[all.size()];
    for (int i = 0; i < used.size(); i++) {
      missed[i] = used.get(i).loss() - link.loss(other.meanWithout(i));
    }
    Optional<DamageModel> found =
        DamageModel.fit(
            encoding.space(),
            encoding.features(),
            other.choiceEffects(other.weights()).own(),
            all.stream().map(o -> datum(o, high - low)).toList(),
            unexplained(used, high - low),
            missed);
    if (found.isEmpty()) {
      return new Chosen(link, additive.hyper());
    }
    Link by = Link.of(found.get(), used);
    return new Chosen(by, fit(used, by, start().times(SHARE_LEFT)));
  }

  private DamageFit.Datum datum(Observation o, double range) {
    double floor = 0.004 * range; // what no such model can explain
    double variance = floor * floor + (o.trial().samples() > 0 ? o.samplingVariance(objective) : 0);
    double doubt = o.isBound() ? BOUND_DOUBT : 1 / o.trial().origin().weightAfter(own);
    return new DamageFit.Datum(
        o.at().point,
        o.loss(),
        doubt * Math.sqrt(Math.max(1e-18, variance)),
        o.isBound() ? DamageFit.Kind.BOUND : DamageFit.Kind.VALUE);
  }

  /** Where nothing says how noisy losses are, they may be more so than the least. */
  private static double[] unexplained(List<Observation> used, double range) {
    boolean told = used.stream().allMatch(o -> o.trial().samples() > 0);
    return told ? new double[] {0} : new double[] {0, 0.01 * range, 0.03 * range};
  }

  private Hyper fit(List<Observation> used, Link link, Hyper from) {
    return search(used, from).fit(from, targets(used, link), 1);
  }

  private HyperFit search(List<Observation> used, Hyper hyper) {
    return new HyperFit(encoding, used.stream().map(Observation::at).toList(), hyper.curves());
  }

  private HyperFit.Targets targets(List<Observation> used, Link link) {
    return new HyperFit.Targets(
        used.stream().mapToDouble(link::target).toArray(),
        used.stream().mapToDouble(o -> link.noise(o, objective, own)).toArray());
  }

  /** The process of these observations, given these scales. */
  private GaussianProcess process(List<Observation> used, Link link, Hyper hyper) {
    GaussianProcess built = new GaussianProcess(encoding, hyper, used.size());
    HyperFit.Targets targets = targets(used, link);
    for (int i = 0; i < used.size(); i++) {
      built.add(used.get(i).at(), targets.values[i], targets.noiseVariances[i]);
    }
    built.settle();
    return built;
  }

  /** The warp of most evidence, standardised. */
  private Link warped(List<Observation> used, Hyper rough, Hyper start) {
    double low = observations.stream().mapToDouble(Observation::loss).min().orElse(0);
    double high = observations.stream().mapToDouble(Observation::loss).max().orElse(0);
    HyperFit search = search(used, rough);
    Link best = Link.of(new Warp.None(), used);
    double most = Double.NEGATIVE_INFINITY;
    for (Warp candidate : Warp.candidates(low, high)) {
      Link link = Link.of(candidate, used);
      double evidence =
          search.evidence(rough, start, targets(used, link))
              - used.size() * Math.log(link.spread());
      for (Observation o : used) {
        evidence += candidate.logSlope(o.loss());
      }
      // A change of scale must pay for itself.
      evidence -= candidate instanceof Warp.None ? 0 : 1;
      if (evidence > most) {
        most = evidence;
        best = link;
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
}
