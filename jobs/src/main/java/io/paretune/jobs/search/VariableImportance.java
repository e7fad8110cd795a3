package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How much a variable matters to an unknown objective, as a share of all variables together.
 *
 * @param parameter the variable's name
 * @param importance the share, in [0, 1]
 * @param low 5th percentile of the share
 * @param high 95th percentile
 */
public record VariableImportance(String parameter, double importance, double low, double high) {
  private static final int DRAWS = 200;

  /**
   * The range of each variable's effect in the additive model, with percentiles under the model's
   * posterior, in the space's order; empty if there are too few trials for a model or a variable is
   * not discrete.
   *
   * @param random draws from the posterior
   */
  public static List<VariableImportance> ofEffects(History history, RandomGenerator random) {
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
    Factors factors = encoding.features().factors();
    double[] mean = shares(factors.average(own(model.effects())));
    double[][] drawn = new double[DRAWS][];
    for (int d = 0; d < DRAWS; d++) {
      drawn[d] = shares(factors.average(own(model.drawnEffects(random, 1))));
    }
    List<VariableImportance> all = new ArrayList<>();
    for (int i = 0; i < mean.length; i++) {
      int parameter = i;
      double[] sorted = Arrays.stream(drawn).mapToDouble(s -> s[parameter]).sorted().toArray();
      all.add(
          // Noise widens every range, so that draws tend to lie above the mean of a small one.
          among(space.parameter(i).name(), mean[i], sorted));
    }
    return all;
  }

  /**
   * A share with the percentiles of others like it, widened where it lies outside of them.
   *
   * @param sorted ascending
   */
  public static VariableImportance among(String parameter, double share, double[] sorted) {
    int tail = sorted.length / 20;
    return new VariableImportance(
        parameter,
        share,
        Math.min(share, sorted[tail]),
        Math.max(share, sorted[sorted.length - 1 - tail]));
  }

  private static List<double[][]> own(List<ChoiceEffects> effects) {
    return effects.stream().map(ChoiceEffects::own).toList();
  }

  private static double[] shares(double[][] effects) {
    double[] ranges = new double[effects.length];
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] =
          Arrays.stream(effects[i]).max().orElse(0) - Arrays.stream(effects[i]).min().orElse(0);
    }
    double sum = Arrays.stream(ranges).sum();
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = sum > 0 ? ranges[i] / sum : 0;
    }
    return ranges;
  }
}
