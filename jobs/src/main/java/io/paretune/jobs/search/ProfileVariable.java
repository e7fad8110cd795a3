package io.paretune.jobs.search;

import io.paretune.udfs.cost.VisionMatrix.Part;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Projection;
import java.util.ArrayList;
import java.util.List;

/**
 * One variable of a space of profiles.
 *
 * @param layers decoder layers that it sets; none if it is of what comes before the decoder or of
 *     all
 * @param target what it sets of them
 */
record ProfileVariable(List<Integer> layers, Target target) {

  /** What a variable sets. */
  sealed interface Target {
    /** The pruning ratio of some projections. */
    record Ratio(List<Projection> projections) implements Target {}

    /** The bits of cached keys, values or both. */
    record Bits(boolean keys, boolean values) implements Target {}

    /** The pruning ratio of the vision tower or the projector. */
    record Vision(Part part) implements Target {}

    /** Which weights go first, wherever any go. */
    record Criterion() implements Target {}
  }

  ProfileVariable {
    layers = List.copyOf(layers);
  }

  /** What it can be set to, numbers from the least to the most compressed. */
  List<?> values(CompressionSpace.Choices choices) {
    if (target instanceof Target.Criterion) {
      return choices.criteria();
    }
    if (target instanceof Target.Vision vision) {
      return choices.vision().of(vision.part());
    }
    return target instanceof Target.Ratio ? choices.ratios() : choices.bits();
  }

  /** What a profile has in its place, by the first layer that it sets. */
  Object value(CompressionProfile profile) {
    if (target instanceof Target.Criterion) {
      return profile.criterion();
    }
    if (target instanceof Target.Vision vision) {
      return vision.part().ratio(profile.vision());
    }
    LayerPlan plan = profile.layer(layers.get(0));
    if (target instanceof Target.Ratio ratio) {
      return plan.pruningRatio(ratio.projections().get(0));
    }
    return ((Target.Bits) target).keys() ? plan.keyBits() : plan.valueBits();
  }

  /**
   * The choice that is nearest to what a profile of a model of another depth has in its place, or
   * to the mean where that is not one value; layers are matched by relative depth.
   *
   * @param own decoder layers of this space's model
   * @param theirs decoder layers of the profile's model
   */
  int nearest(CompressionSpace.Choices choices, CompressionProfile profile, int own, int theirs) {
    if (target instanceof Target.Criterion) {
      return Math.max(0, choices.criteria().indexOf(profile.criterion()));
    }
    List<?> values = values(choices);
    double wanted = mean(profile, own, theirs);
    int nearest = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int c = 0; c < values.size(); c++) {
      double gap = Math.abs(((Number) values.get(c)).doubleValue() - wanted);
      if (gap < least) {
        least = gap;
        nearest = c;
      }
    }
    return nearest;
  }

  private double mean(CompressionProfile profile, int own, int theirs) {
    if (target instanceof Target.Vision vision) {
      return vision.part().ratio(profile.vision());
    }
    // The middle of layer l lies in one layer of theirs.
    List<LayerPlan> plans =
        layers.stream().map(l -> profile.layer((int) ((l + 0.5) * theirs / own))).toList();
    if (target instanceof Target.Ratio ratio) {
      return plans.stream()
          .flatMapToDouble(plan -> ratio.projections().stream().mapToDouble(plan::pruningRatio))
          .average()
          .orElseThrow();
    }
    boolean keys = ((Target.Bits) target).keys();
    return plans.stream()
        .mapToInt(plan -> keys ? plan.keyBits() : plan.valueBits())
        .average()
        .orElseThrow();
  }

  /** What each of its values is believed to cost; see {@link CompressionSpace#belief}. */
  List<Double> beliefs(CompressionSpace.Choices choices, CompressionSpace.PruningError error) {
    if (target instanceof Target.Criterion) {
      return choices.criteria().stream().map(c -> 0.0).toList();
    }
    List<Double> costs = new ArrayList<>();
    for (Object value : values(choices)) {
      double chosen = ((Number) value).doubleValue();
      if (target instanceof Target.Ratio ratio) {
        costs.add(
            layers.stream()
                .flatMapToDouble(
                    layer ->
                        ratio.projections().stream().mapToDouble(p -> error.of(layer, p, chosen)))
                .sum());
      } else if (target instanceof Target.Vision) {
        costs.add(chosen * chosen);
      } else {
        double steps = Math.pow(2, chosen) - 1;
        costs.add(chosen == 16 ? 0 : layers.size() / (steps * steps));
      }
    }
    return costs;
  }
}
