package io.paretune.jobs.explain;

import io.paretune.jobs.search.CompressionSpace;
import io.paretune.jobs.search.EffectImportance;
import io.paretune.jobs.search.History;
import io.paretune.jobs.search.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How much one layer's variable matters to the score, as a share of all variables together.
 *
 * @param layer index of the decoder layer
 * @param variable what of the layer, such as {@code ratio} or {@code kv_bits}
 * @param importance share of the effect, in [0, 1]
 * @param low 5th percentile of the share
 * @param high 95th percentile
 */
public record LayerImportance(
    int layer, String variable, double importance, double low, double high) {

  /**
   * The importance of every layer's variables in a study; empty while there are too few trials. A
   * variable of several layers counts for each of them alike.
   *
   * @param random draws from the model's posterior
   */
  public static List<LayerImportance> of(
      CompressionSpace space, History history, RandomGenerator random) {
    List<EffectImportance> effects = EffectImportance.of(history, random);
    List<LayerImportance> rows = new ArrayList<>();
    for (int i = 0; i < effects.size(); i++) {
      EffectImportance effect = effects.get(i);
      Parameter parameter = space.space().parameter(i);
      List<Integer> layers = space.layers(i);
      for (int layer : layers) {
        rows.add(
            new LayerImportance(
                layer,
                parameter.place().kind().orElse(parameter.name()),
                effect.importance() / layers.size(),
                effect.low() / layers.size(),
                effect.high() / layers.size()));
      }
    }
    return rows;
  }
}
