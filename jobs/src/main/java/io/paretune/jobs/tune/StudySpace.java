package io.paretune.jobs.tune;

import io.paretune.jobs.config.SpaceConfig;
import io.paretune.jobs.config.StudyConfig;
import io.paretune.jobs.search.Additive;
import io.paretune.jobs.search.CompressionSpace;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.profile.Projection;
import io.paretune.udfs.prune.RatioGrid;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The profiles that a study searches, as it is configured. */
final class StudySpace {
  private StudySpace() {}

  /** What may be chosen for a model and a workload, and within which limits. */
  static CompressionSpace of(StudyInputs inputs) {
    StudyConfig study = inputs.config().study();
    SpaceConfig config = study.space();
    return new CompressionSpace(
        inputs.footprint(),
        new CompressionSpace.Choices(
            config.criteria(),
            config.pattern(),
            config.granularity(),
            config.blocks(),
            config.pruningRatios(),
            new CompressionSpace.VisionRatios(
                config.visionPruningRatios(), config.projectorPruningRatios()),
            config.keyValueBits(),
            config.separateKeyAndValueBits()
                ? CompressionSpace.KvBits.SEPARATE
                : CompressionSpace.KvBits.TIED),
        study.constraints().maxMemoryBytes().map(OptionalLong::of).orElse(OptionalLong.empty()),
        study
            .constraints()
            .minMeanPruningRatio()
            .map(OptionalDouble::of)
            .orElse(OptionalDouble.empty()));
  }

  /**
   * Makes sure that something can be found in it.
   *
   * @throws InvalidInputException if a constraint, a pattern, a ratio or the number of them does
   *     not fit
   */
  static void check(StudyInputs inputs, CompressionSpace space) {
    StudyConfig study = inputs.config().study();
    Problems problems = new Problems();
    Additive memory = space.space().objectives().get(0).known().orElseThrow();
    study
        .constraints()
        .maxMemoryBytes()
        .filter(max -> max < memory.least())
        .ifPresent(
            max ->
                problems.add(
                    "study.constraints.max-memory",
                    "is %,d bytes, and no profile of the space needs less than %,.0f"
                        .formatted(max, memory.least()),
                    "raise it, or allow higher ratios or fewer bits"));
    Pattern pattern = study.space().pattern();
    for (Projection p : Projection.values()) {
      int columns = inputs.footprint().shape().columns(p);
      if (columns % pattern.group() != 0) {
        problems.add(
            "study.space.pattern",
            "%s has rows of %d weights, which are no groups of %d"
                .formatted(p.key(), columns, pattern.group()),
            "choose another pattern");
      }
    }
    for (double ratio : study.uniformBaseline()) {
      if (ratio > 0 && !study.space().pruningRatios().contains(ratio)) {
        problems.add(
            "study.uniform-baseline",
            ratio + " is not among study.space.pruning-ratios",
            "add it there or leave it out here");
      }
    }
    if (study.space().pruningRatios().size() > RatioGrid.MOST_RATIOS) {
      problems.add(
          "study.space.pruning-ratios",
          "has %d ratios; a level is one byte, which tells %d apart"
              .formatted(study.space().pruningRatios().size(), RatioGrid.MOST_RATIOS));
    }
    problems.throwIfAny();
  }
}
