package io.paretune.jobs.config;

import io.paretune.jobs.search.Granularity;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.MaskKind;
import io.paretune.udfs.profile.Pattern;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a search can vary.
 *
 * @param criteria by which weights can go, distinct; if there are several, which is a variable
 * @param mask whose activations decide a layer's mask
 * @param pattern where a layer's zeros lie
 * @param granularity what gets a ratio of its own
 * @param blocks number of blocks, where the granularity is {@link Granularity#BLOCK}
 * @param pruningRatios shares of weights set to zero that can be chosen, ascending; under an n:m
 *     pattern 0 and n/m
 * @param visionPruningRatios the same for the vision tower, of which all layers have one ratio;
 *     empty if it is left as it is
 * @param projectorPruningRatios the same for the projector
 * @param keyValueBits bits of cached keys and values that can be chosen, descending
 * @param separateKeyAndValueBits whether a layer's keys and values can differ in bits
 */
public record SpaceConfig(
    List<CriterionName> criteria,
    MaskKind mask,
    Pattern pattern,
    Granularity granularity,
    int blocks,
    List<Double> pruningRatios,
    List<Double> visionPruningRatios,
    List<Double> projectorPruningRatios,
    List<Integer> keyValueBits,
    boolean separateKeyAndValueBits) {

  static SpaceConfig of(Values values) {
    Pattern pattern = values.get(Keys.PATTERN);
    List<Double> ratios = values.get(Keys.PRUNING_RATIOS);
    SpaceConfig space =
        new SpaceConfig(
            values.get(Keys.CRITERIA),
            values.get(Keys.MASK),
            pattern,
            values.get(Keys.GRANULARITY),
            values.get(Keys.BLOCKS),
            pattern == Pattern.UNSTRUCTURED ? ratios : List.of(0.0, pattern.ratio()),
            values.get(Keys.VISION_PRUNING_RATIOS),
            values.get(Keys.PROJECTOR_PRUNING_RATIOS),
            values.get(Keys.KEY_VALUE_BITS),
            values.get(Keys.SEPARATE_KEY_AND_VALUE_BITS));
    if (space.prunesVision()
        && (space.mask() == MaskKind.SEQUENTIAL
            || space.criteria().stream().anyMatch(CriterionName::updatesWeights))) {
      throw new InvalidInputException(
          "study.space.vision-pruning-ratios, study.space.projector-pruning-ratios",
          "need one-shot masks and criteria that update no weight, not %s and %s"
              .formatted(
                  space.mask().key(),
                  String.join(", ", space.criteria().stream().map(CriterionName::key).toList())),
          "set both to [], or choose another study.space.mask or criterion");
    }
    return space;
  }

  /** Whether candidates may see images otherwise than the dense model does. */
  public boolean prunesVision() {
    return Stream.concat(visionPruningRatios.stream(), projectorPruningRatios.stream())
        .anyMatch(ratio -> ratio > 0);
  }

  /**
   * The decoder's variables and their choices, in words that studies of earlier versions noted as
   * well.
   */
  public String variables() {
    return "SpaceConfig[criterion=%s, mask=%s, granularity=%s, blocks=%d, pruningRatios=%s, keyValueBits=%s, separateKeyAndValueBits=%s]"
        .formatted(
            criteria.size() == 1 ? criteria.get(0) : criteria,
            mask,
            granularity,
            blocks,
            pruningRatios,
            keyValueBits,
            separateKeyAndValueBits);
  }
}
