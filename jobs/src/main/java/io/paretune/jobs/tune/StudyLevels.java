package io.paretune.jobs.tune;

import io.paretune.jobs.config.SpaceConfig;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.MaskKind;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.spark.BuildLevels;
import io.paretune.udfs.spark.CandidateSpec;
import io.paretune.udfs.spark.Levels;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;

/** The level indexes of a study's space, kept in the warehouse, and who is pruned by them. */
record StudyLevels(StudyInputs inputs) {

  /** Those of the space's ratios; none where nothing is pruned. */
  Optional<Levels> ofRatios() {
    List<Double> ratios = space().pruningRatios().stream().filter(r -> r > 0).toList();
    return ratios.isEmpty()
        ? Optional.empty()
        : Optional.of(new Levels(inputs.warehouse().path("levels"), ratios));
  }

  /** How a profile is sent to tasks: with what its criterion needs. */
  Function<CompressionProfile, CandidateSpec> candidates() {
    // n:m groups are ranked as they are asked for: one ratio needs no index of ratios.
    return Calibrations.candidates(
        inputs, space().pattern() == Pattern.UNSTRUCTURED ? ofRatios() : Optional.empty());
  }

  /** Any pruned profile of a criterion stands for all: they have the same levels. */
  void build() {
    List<Double> ratios = space().pruningRatios();
    if (space().mask() != MaskKind.ONE_SHOT || space().pattern() != Pattern.UNSTRUCTURED) {
      return;
    }
    for (CriterionName criterion : space().criteria()) {
      BuildLevels.once(
          JavaSparkContext.fromSparkContext(inputs.spark().sparkContext()),
          inputs.source(),
          candidates()
              .apply(
                  CompressionProfile.uniform(criterion, 1, ratios.get(ratios.size() - 1), 16, 16)));
    }
  }

  private SpaceConfig space() {
    return inputs.config().study().space();
  }
}
