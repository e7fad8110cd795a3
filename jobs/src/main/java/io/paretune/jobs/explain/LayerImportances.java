package io.paretune.jobs.explain;

import io.paretune.jobs.search.CompressionSpace;
import io.paretune.jobs.search.History;
import io.paretune.jobs.search.Parameter;
import io.paretune.jobs.search.VariableImportance;
import io.paretune.jobs.tables.ImportanceMethod;
import io.paretune.jobs.tables.LayerImportanceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.sql.SparkSession;

/**
 * Which layers mattered to the score of a run, by both methods.
 *
 * @param study the search
 * @param runId the run
 * @param space what was searched
 */
public record LayerImportances(String study, String runId, CompressionSpace space) {

  /**
   * The rows of both methods; those of a method are left out while there are too few trials for it.
   *
   * @param seed of draws from the model's posterior, and of the forest
   */
  public List<LayerImportanceRecord> of(SparkSession spark, History history, long seed) {
    int score = space.space().objectiveIndex(CompressionSpace.SCORE).orElseThrow();
    List<LayerImportanceRecord> rows = new ArrayList<>();
    rows.addAll(
        rows(
            ImportanceMethod.EFFECTS,
            VariableImportance.ofEffects(history, new SplittableRandom(seed))));
    rows.addAll(rows(ImportanceMethod.FOREST, ForestImportance.of(spark, history, score, seed)));
    return rows;
  }

  /**
   * A variable of several layers counts for each of them alike; one of none is a row of its own.
   */
  private List<LayerImportanceRecord> rows(
      ImportanceMethod method, List<VariableImportance> importances) {
    List<LayerImportanceRecord> rows = new ArrayList<>();
    for (int i = 0; i < importances.size(); i++) {
      VariableImportance one = importances.get(i);
      Parameter parameter = space.space().parameter(i);
      List<Integer> layers =
          space.layers(i).isEmpty() ? List.of(LayerImportanceRecord.NO_LAYER) : space.layers(i);
      for (int layer : layers) {
        rows.add(
            new LayerImportanceRecord(
                study,
                runId,
                method,
                layer,
                parameter.place().kind().orElse(parameter.name()),
                one.importance() / layers.size(),
                one.low() / layers.size(),
                one.high() / layers.size()));
      }
    }
    return rows;
  }
}
