package io.paretune.udfs.spark;

import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.profile.Projection;
import io.paretune.udfs.prune.LayerSensitivity;
import io.paretune.udfs.prune.LevelIndex;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/**
 * A decoder layer's number to what its linear outputs lose when it is pruned ({@link
 * LayerSensitivity}).
 *
 * @param source the model
 * @param candidate any pruned one-shot profile of the study, with its levels and statistics
 */
public record MeasureSensitivity(ModelSource source, CandidateSpec candidate)
    implements Function<Integer, MeasureSensitivity.Errors> {

  /**
   * One layer's errors.
   *
   * @param layer index from 0
   * @param byProjection of each projection one error for each ratio of the levels
   */
  public record Errors(int layer, Map<Projection, List<Double>> byProjection)
      implements Serializable {}

  @Override
  public Errors call(Integer layer) {
    Levels levels = candidate.levels();
    if (levels == null || !(candidate.evidence() instanceof Evidence.Statistics seen)) {
      throw new IllegalStateException("no levels or no statistics: " + candidate.profile().id());
    }
    ResidentModel resident = source.resident();
    LevelIndex index = resident.index(candidate.criterion(), levels.source());
    LayerSensitivity measured =
        LayerSensitivity.of(layer, resident.denseLayers().get(layer), index, seen.statistics());
    // Copied into what Spark can send.
    EnumMap<Projection, List<Double>> errors = new EnumMap<>(Projection.class);
    measured
        .errors()
        .forEach((projection, curve) -> errors.put(projection, new ArrayList<>(curve)));
    return new Errors(layer, errors);
  }

  /** All layers' errors, by layer; each executor takes its share of them. */
  public static List<Errors> all(
      JavaSparkContext spark, ModelSource source, CandidateSpec candidate, int layers) {
    return spark
        .parallelize(
            IntStream.range(0, layers).boxed().toList(),
            Math.min(layers, spark.defaultParallelism()))
        .map(new MeasureSensitivity(source, candidate))
        .collect();
  }
}
