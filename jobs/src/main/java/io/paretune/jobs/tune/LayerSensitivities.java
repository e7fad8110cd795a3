package io.paretune.jobs.tune;

import io.paretune.jobs.config.SpaceConfig;
import io.paretune.jobs.frontier.TextTable;
import io.paretune.jobs.search.CompressionSpace;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.MaskKind;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.profile.Projection;
import io.paretune.udfs.spark.CandidateSpec;
import io.paretune.udfs.spark.Levels;
import io.paretune.udfs.spark.MeasureSensitivity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * How much each decoder layer's linear outputs lose at each ratio of a study, by calibration alone.
 *
 * @param criterion by which weights go
 * @param ratios of the study above 0, ascending
 * @param layers each layer's errors, by layer
 */
record LayerSensitivities(
    CriterionName criterion, List<Double> ratios, List<MeasureSensitivity.Errors> layers)
    implements CompressionSpace.PruningError {

  LayerSensitivities {
    ratios = List.copyOf(ratios);
    layers = List.copyOf(layers);
  }

  /**
   * Measures them on the cluster; empty where they are not defined: without a ratio above 0, with
   * masks that depend on other layers' or lie in groups, or by criteria that know no inputs or
   * change weights. Of several criteria the first for which they are defined stands for all.
   *
   * @param candidates how a profile is sent to tasks
   */
  static Optional<LayerSensitivities> measured(
      StudyInputs inputs, Function<CompressionProfile, CandidateSpec> candidates) {
    SpaceConfig space = inputs.config().study().space();
    Optional<Levels> levels = new StudyLevels(inputs).ofRatios();
    Optional<CriterionName> criterion =
        space.criteria().stream()
            .filter(c -> c.needs() == CriterionName.Needs.MEAN_SQUARES)
            .findFirst();
    if (levels.isEmpty()
        || space.mask() != MaskKind.ONE_SHOT
        || space.pattern() != Pattern.UNSTRUCTURED
        || criterion.isEmpty()) {
      return Optional.empty();
    }
    List<Double> ratios = levels.get().ratios();
    CandidateSpec any =
        candidates.apply(
            CompressionProfile.uniform(criterion.get(), 1, ratios.get(ratios.size() - 1), 16, 16));
    return Optional.of(
        new LayerSensitivities(
            criterion.get(),
            ratios,
            MeasureSensitivity.all(
                JavaSparkContext.fromSparkContext(inputs.spark().sparkContext()),
                inputs.source(),
                any,
                inputs.footprint().shape().layers())));
  }

  /** Relative squared error of a projection's output; 0 at ratio 0. */
  @Override
  public double of(int layer, Projection projection, double ratio) {
    if (ratio == 0) {
      return 0;
    }
    List<Double> errors = layers.get(layer).byProjection().get(projection);
    int at = ratios.indexOf(ratio);
    if (errors == null || at < 0) {
      throw new IllegalArgumentException(
          "%s at ratio %s was not measured, only %s".formatted(projection.key(), ratio, ratios));
    }
    return errors.get(at);
  }

  /** One line a layer, one column a ratio: mean relative squared error of its projections. */
  String text() {
    List<List<String>> cells = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("layer"));
    ratios.forEach(r -> header.add(Math.round(100 * r) + " %"));
    cells.add(header);
    for (MeasureSensitivity.Errors errors : layers) {
      List<String> line = new ArrayList<>(List.of("layer " + errors.layer()));
      for (double ratio : ratios) {
        double sum = 0;
        for (Projection p : Projection.values()) {
          sum += of(errors.layer(), p, ratio);
        }
        line.add(String.format(Locale.ROOT, "%.4f", sum / Projection.values().length));
      }
      cells.add(line);
    }
    return "Relative squared error of the layers' outputs by pruning ratio, %s\n"
            .formatted(criterion.key())
        + TextTable.of(cells);
  }
}
