package io.paretune.udfs.spark;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.VoidFunction;

/**
 * Builds a study's level index where its executors find it, if it is not there or is damaged.
 *
 * @param source the model
 */
public record BuildLevels(ModelSource source) implements VoidFunction<CandidateSpec> {
  @Override
  public void call(CandidateSpec candidate) {
    Levels levels = candidate.levels();
    if (levels != null) {
      source.resident().index(candidate.criterion(), levels.source());
    }
  }

  /** Has one executor do it, so that the others need not. */
  public static void once(JavaSparkContext spark, ModelSource source, CandidateSpec candidate) {
    spark.parallelize(List.of(candidate), 1).foreach(new BuildLevels(source));
  }
}
