package io.paretune.jobs.config;

import io.paretune.jobs.search.Granularity;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.MaskKind;
import java.util.List;

/**
 * What a search can vary.
 *
 * @param criterion which weights go first
 * @param mask whose activations decide a layer's mask
 * @param granularity what gets a ratio of its own
 * @param blocks number of blocks, where the granularity is {@link Granularity#BLOCK}
 * @param pruningRatios shares of weights set to zero that can be chosen, ascending
 * @param keyValueBits bits of cached keys and values that can be chosen, descending
 * @param separateKeyAndValueBits whether a layer's keys and values can differ in bits
 */
public record SpaceConfig(
    CriterionName criterion,
    MaskKind mask,
    Granularity granularity,
    int blocks,
    List<Double> pruningRatios,
    List<Integer> keyValueBits,
    boolean separateKeyAndValueBits) {

  static SpaceConfig of(Values values) {
    return new SpaceConfig(
        values.get(Keys.CRITERION),
        values.get(Keys.MASK),
        values.get(Keys.GRANULARITY),
        values.get(Keys.BLOCKS),
        values.get(Keys.PRUNING_RATIOS),
        values.get(Keys.KEY_VALUE_BITS),
        values.get(Keys.SEPARATE_KEY_AND_VALUE_BITS));
  }
}
