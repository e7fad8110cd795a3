package io.paretune.jobs.tune;

import io.paretune.jobs.config.StudyConfig;
import io.paretune.jobs.search.CompressionSpace;
import io.paretune.jobs.search.Point;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.profile.MaskKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Trials of earlier studies as evidence for a new one. They are numbered below 0, so that the new
 * study's own trials are what they would be without.
 */
final class WarmStart {
  /** The origin of such trials; they are in no table of the study that they are evidence for. */
  private static final String ORIGIN = "warm-start";

  private final StudyInputs inputs;
  private final CompressionSpace space;
  private final TrialsTable trials;

  WarmStart(StudyInputs inputs, CompressionSpace space, TrialsTable trials) {
    this.inputs = inputs;
    this.space = space;
    this.trials = trials;
  }

  /**
   * The complete trials of {@code study.warm-start.studies}, as points of this space.
   *
   * @throws io.paretune.udfs.problem.InvalidInputException if a study has none
   */
  List<Trial> evidence() {
    StudyConfig study = inputs.config().study();
    Problems problems = new Problems();
    List<Trial> evidence = new ArrayList<>();
    for (String name : study.warmStart().studies()) {
      List<TrialRecord> complete =
          trials.ofStudy(name).stream().filter(t -> t.state() == TrialState.COMPLETE).toList();
      if (name.equals(study.name()) || complete.isEmpty()) {
        problems.add(
            "study.warm-start.studies",
            name.equals(study.name())
                ? "\"%s\" is this study itself; it goes on with its own trials".formatted(name)
                : "study \"%s\" has no complete trial in %s"
                    .formatted(name, inputs.warehouse().root()),
            "name earlier studies, or none");
        continue;
      }
      int layers = layers(complete);
      for (TrialRecord record : complete) {
        TrialScore score = record.score().orElseThrow();
        Point point = point(record, layers);
        evidence.add(
            new Trial(
                -1L - evidence.size(),
                point,
                TrialState.COMPLETE,
                List.of(space.memory().of(point), score.score()),
                score.samples(),
                new Trial.Origin(ORIGIN, study.warmStart().weight())));
      }
    }
    problems.throwIfAny();
    return evidence;
  }

  private Point point(TrialRecord record, int layers) {
    Optional<Point> same =
        record.modelId().equals(inputs.modelId())
            ? space.point(record.profile().withMask(MaskKind.ONE_SHOT))
            : Optional.empty();
    return same.orElseGet(() -> space.nearest(record.profile(), layers));
  }

  /** How many layers the study's model has: no profile names more, and some uniform one all. */
  private int layers(List<TrialRecord> complete) {
    if (complete.get(0).modelId().equals(inputs.modelId())) {
      return inputs.footprint().shape().layers();
    }
    return complete.stream()
        .flatMap(t -> t.profile().layers().stream())
        .mapToInt(plan -> plan.layer() + 1)
        .max()
        .orElse(inputs.footprint().shape().layers());
  }
}
