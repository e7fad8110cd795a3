package io.paretune.jobs.explain;

import io.paretune.jobs.search.History;
import io.paretune.jobs.search.SearchSpace;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.search.VariableImportance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
  private static final int TREES = 100;
  private static final int DEPTH = 6;
  private static final int LEAST_TRIALS = 10;

  private ForestImportance() {}

  /**
   * Shares that sum to 1, with percentiles over the trees, in the space's order; empty with fewer
   * than ten complete trials or if all scored the same.
   *
   * @param objective index of the objective to explain
   * @param seed of the forest
   */
  public static List<VariableImportance> of(
      SparkSession spark, History history, int objective, long seed) {
    SearchSpace space = history.space();
    List<Row> rows = new ArrayList<>();
    for (Trial trial : history.finished()) {
      if (trial.isComplete() && !trial.origin().isForeign()) {
        rows.add(RowFactory.create(Vectors.dense(trial.point().toArray()), trial.value(objective)));
      }
    }
    if (rows.size() < LEAST_TRIALS
        || rows.stream().map(r -> r.getDouble(1)).distinct().count() < 2) {
      return List.of();
    }
    StructType schema =
        new StructType(
            new StructField[] {
              new StructField("features", SQLDataTypes.VectorType(), false, Metadata.empty()),
              new StructField("label", DataTypes.DoubleType, false, Metadata.empty())
            });
    Dataset<Row> trials = spark.createDataFrame(rows, schema).coalesce(1);
    RandomForestRegressionModel forest =
        new RandomForestRegressor()
            .setNumTrees(TREES)
            .setMaxDepth(DEPTH)
            .setFeatureSubsetStrategy("onethird")
            .setSeed(seed)
            .fit(trials);
    Vector importances = forest.featureImportances();
    List<VariableImportance> shares = new ArrayList<>();
    for (int i = 0; i < space.dimensions(); i++) {
      int variable = i;
      double[] byTree =
          Arrays.stream(forest.trees())
              .mapToDouble(tree -> tree.featureImportances().apply(variable))
              .sorted()
              .toArray();
      shares.add(VariableImportance.among(space.parameter(i).name(), importances.apply(i), byTree));
    }
    return shares;
  }
}
