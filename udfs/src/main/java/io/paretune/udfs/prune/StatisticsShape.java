package io.paretune.udfs.prune;

import io.paretune.udfs.model.InputSite;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What activation statistics of a model cover.
 *
 * @param layers decoder layers, at least 1
 * @param channels input channels of every site, each at least 1
 */
public record StatisticsShape(int layers, Map<InputSite, Integer> channels) {
  public StatisticsShape {
    if (layers < 1) {
      throw new IllegalArgumentException("a model has at least one layer, was " + layers);
    }
    EnumMap<InputSite, Integer> all = new EnumMap<>(InputSite.class);
    for (InputSite site : InputSite.values()) {
      Integer width = channels.get(site);
      if (width == null || width < 1) {
        throw new IllegalArgumentException(
            "site %s needs at least one channel, was %s".formatted(site, width));
      }
      all.put(site, width);
    }
    channels = Collections.unmodifiableMap(all);
  }

  /**
   * The shape of a LLaMA decoder.
   *
   * @param hidden width of the residual stream
   * @param heads width of all attention heads side by side: heads × head dimension
   * @param intermediate width inside the feed-forward block
   */
  public static StatisticsShape of(int layers, int hidden, int heads, int intermediate) {
    return new StatisticsShape(
        layers,
        Map.of(
            InputSite.ATTENTION, hidden,
            InputSite.ATTENTION_OUTPUT, heads,
            InputSite.MLP, hidden,
            InputSite.MLP_DOWN, intermediate));
  }

  /** Input channels of that site. */
  public int channels(InputSite site) {
    Integer width = channels.get(site);
    if (width == null) {
      throw new IllegalStateException("the constructor fills every site");
    }
    return width;
  }
}
