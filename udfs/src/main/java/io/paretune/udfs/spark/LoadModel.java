package io.paretune.udfs.spark;

import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.VoidFunction;

/**
 * Loads the model in the executor that runs it, if it is not there yet.
 *
 * @param source the model
 */
public record LoadModel(ModelSource source) implements VoidFunction<Integer> {

  @Override
  public void call(Integer slot) {
    source.resident();
  }

  /** Has every slot load its model, so that what follows can be timed without it. */
  public static void everywhere(JavaSparkContext spark, ModelSource source) {
    int slots = spark.defaultParallelism();
    spark
        .parallelize(IntStream.range(0, slots).boxed().toList(), slots)
        .foreach(new LoadModel(source));
  }
}
