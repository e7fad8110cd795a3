package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How much a variable matters to an unknown objective: the range of its effect in the additive
 * model, as a share of all variables' ranges together.
 *
 * @param parameter the variable's name
 * @param importance the posterior mean's share, in [0, 1]
 * @param low 5th percentile of the share under the posterior
 * @param high 95th percentile
 */
public record EffectImportance(String parameter, double importance, double low, double high) {
  private static final int DRAWS = 200;

  /**
   * The importance of every variable, in the space's order; empty if there are too few trials for a
   * model or a variable is not discrete.
   *
   * @param random draws from the posterior
   */
  public static List<EffectImportance> of(History history, RandomGenerator random) {
    SearchSpace space = history.space();
    if (space.unknownObjectives().isEmpty() || !KnapsackProposals.isPossible(space)) {
      return List.of();
    }
    Encoding encoding = new Encoding(space, Optional.empty());
    ObjectiveModel model =
        new ObjectiveModel(encoding, space.unknownObjectives().get(0), GuidedSettings.DEFAULT);
    model.update(history);
    if (!model.isReady()) {
      return List.of();
    }
    double[] mean = shares(encoding, model.process().weights());
    double[][] drawn = new double[DRAWS][];
    for (int d = 0; d < DRAWS; d++) {
      drawn[d] = shares(encoding, model.process().drawWeights(random, 1));
    }
    List<EffectImportance> all = new ArrayList<>();
    for (int i = 0; i < mean.length; i++) {
      int parameter = i;
      double[] sorted = Arrays.stream(drawn).mapToDouble(s -> s[parameter]).sorted().toArray();
      all.add(
          new EffectImportance(
              space.parameter(i).name(),
              mean[i],
              // Noise widens every range, so that draws tend to lie above the mean of a small one.
              Math.min(mean[i], sorted[DRAWS / 20]),
              Math.max(mean[i], sorted[DRAWS - 1 - DRAWS / 20])));
    }
    return all;
  }

  private static double[] shares(Encoding encoding, double[] weights) {
    double[] ranges = new double[encoding.space().dimensions()];
    for (int i = 0; i < ranges.length; i++) {
      double[] effects = encoding.features().effects(weights, i);
      ranges[i] = Arrays.stream(effects).max().orElse(0) - Arrays.stream(effects).min().orElse(0);
    }
    double sum = Arrays.stream(ranges).sum();
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = sum > 0 ? ranges[i] / sum : 0;
    }
    return ranges;
  }
}
