package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Scales of the surrogate, in units of the standardised targets.
 *
 * @param parts standard deviation of each {@link Features.Part}
 * @param rest standard deviation of what the linear part cannot express
 * @param length length scale of the rest, in units of the space's diagonal
 * @param noise standard deviation of a trial's own noise, beside what its samples explain
 * @param relevance how much each variable matters to the rest; the squared inverse of its own
 *     length scale
 * @param curves of the groups, once they are known
 */
record Hyper(
    Map<Features.Part, Double> parts,
    double rest,
    double length,
    double noise,
    List<Double> relevance,
    Optional<Curves> curves) {

  static Hyper initial(SearchSpace space) {
    boolean continuous = space.parameters().stream().noneMatch(Parameter.Choice.class::isInstance);
    return new Hyper(
        Map.of(
            Features.Part.SHARED, 1.5,
            Features.Part.SMOOTH, 0.7,
            Features.Part.OWN, 0.7,
            Features.Part.PAIR, 0.2,
            Features.Part.PRIOR, 1.5,
            Features.Part.FOREIGN, 1.0,
            Features.Part.TREND, 0.5,
            Features.Part.SENSITIVITY, 0.5,
            Features.Part.CURVED_PAIR, 0.3),
        continuous ? 1.0 : 0.3,
        continuous ? 0.3 : 0.6,
        0.05,
        Collections.nCopies(space.dimensions(), 1.0),
        Optional.empty());
  }

  double scale(Features.Part part) {
    return parts.getOrDefault(part, 1.0);
  }

  Hyper with(Features.Part part, double value) {
    Map<Features.Part, Double> changed = new EnumMap<>(parts);
    changed.put(part, value);
    return new Hyper(Map.copyOf(changed), rest, length, noise, relevance, curves);
  }

  /** The same with every scale but the noise's smaller or larger. */
  Hyper times(double factor) {
    Map<Features.Part, Double> changed = new EnumMap<>(Features.Part.class);
    parts.forEach((part, scale) -> changed.put(part, scale * factor));
    return new Hyper(Map.copyOf(changed), rest * factor, length, noise, relevance, curves);
  }

  Hyper withRest(double value) {
    return new Hyper(parts, value, length, noise, relevance, curves);
  }

  Hyper withLength(double value) {
    return new Hyper(parts, rest, value, noise, relevance, curves);
  }

  Hyper withNoise(double value) {
    return new Hyper(parts, rest, length, value, relevance, curves);
  }

  Hyper withRelevance(int parameter, double value) {
    List<Double> changed = new ArrayList<>(relevance);
    changed.set(parameter, value);
    return new Hyper(parts, rest, length, noise, List.copyOf(changed), curves);
  }

  Hyper withCurves(Curves known) {
    return new Hyper(parts, rest, length, noise, relevance, Optional.of(known));
  }
}
