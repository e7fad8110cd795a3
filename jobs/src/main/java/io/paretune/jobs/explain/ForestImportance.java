package io.paretune.jobs.explain;

import io.paretune.jobs.search.History;
import io.paretune.jobs.search.SearchSpace;
import io.paretune.jobs.search.Trial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.regression.RandomForestRegressionModel;
import org.apache.spark.ml.regression.RandomForestRegressor;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * How much each variable matters by the impurity that a random forest's splits on it remove
 * (MLlib): a second opinion that knows neither additivity nor groups.
 */
public final class ForestImportance {
  private static final int TREES = 200;
  private static final int DEPTH = 8;
  private static final int LEAST_TRIALS = 10;

  private ForestImportance() {}

  /**
   * Shares by the variables' names, summing to 1; empty with fewer than ten complete trials or if
   * all scored the same.
   *
   * @param objective index of the objective to explain
   * @param seed of the forest
   */
  public static Map<String, Double> of(
      SparkSession spark, History history, int objective, long seed) {
    SearchSpace space = history.space();
    List<Row> rows = new ArrayList<>();
    for (Trial trial : history.finished()) {
      if (trial.isComplete()) {
        rows.add(RowFactory.create(Vectors.dense(trial.point().toArray()), trial.value(objective)));
      }
    }
    Map<String, Double> shares = new LinkedHashMap<>();
    if (rows.size() < LEAST_TRIALS
        || rows.stream().map(r -> r.getDouble(1)).distinct().count() < 2) {
      return shares;
    }
    StructType schema =
        new StructType(
            new StructField[] {
              new StructField("features", SQLDataTypes.VectorType(), false, Metadata.empty()),
              new StructField("label", DataTypes.DoubleType, false, Metadata.empty())
            });
    Dataset<Row> trials = spark.createDataFrame(rows, schema);
    RandomForestRegressionModel forest =
        new RandomForestRegressor()
            .setNumTrees(TREES)
            .setMaxDepth(DEPTH)
            .setFeatureSubsetStrategy("onethird")
            .setSeed(seed)
            .fit(trials);
    Vector importances = forest.featureImportances();
    for (int i = 0; i < space.dimensions(); i++) {
      shares.put(space.parameter(i).name(), importances.apply(i));
    }
    return shares;
  }
}
