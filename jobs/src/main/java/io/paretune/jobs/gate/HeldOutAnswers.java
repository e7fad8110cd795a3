package io.paretune.jobs.gate;

import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.evaluate.Answering;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.SparkSession;

/** Which held-out questions trials of a study answered right. */
public final class HeldOutAnswers {
  private final Map<Long, Map<String, Boolean>> rightByTrial = new HashMap<>();
  private final Map<String, String> imageOf = new HashMap<>();

  /**
   * Reads the answers.
   *
   * @param split of the held-out questions
   * @param answering how they were answered
   */
  public HeldOutAnswers(
      SparkSession spark,
      Warehouse warehouse,
      String study,
      String split,
      Answering answering,
      Set<Long> trials) {
    Map<Long, List<ShardResultRecord>> answers =
        new ShardResultsTable(spark, warehouse).ofTrials(study, split, answering, trials);
    answers.forEach(
        (trial, rows) -> {
          Map<String, Boolean> right = new HashMap<>();
          rows.forEach(r -> r.outcomes().forEach(o -> right.put(o.sampleId(), o.score() > 0.5)));
          rightByTrial.put(trial, right);
        });
    if (!answers.isEmpty()) {
      imageOf.putAll(new SamplesTable(spark, warehouse).images(split));
    }
  }

  /** What a trial loses against another; empty unless both answered the same questions. */
  public Optional<AccuracyLoss> loss(long dense, long trial) {
    Map<String, Boolean> reference = rightByTrial.getOrDefault(dense, Map.of());
    Map<String, Boolean> right = rightByTrial.getOrDefault(trial, Map.of());
    if (right.isEmpty() || !right.keySet().equals(reference.keySet())) {
      return Optional.empty();
    }
    List<AccuracyLoss.Pair> pairs = new ArrayList<>();
    right.forEach(
        (sample, correct) ->
            pairs.add(
                new AccuracyLoss.Pair(
                    imageOf.getOrDefault(sample, sample),
                    reference.getOrDefault(sample, false), // there: both have the same keys
                    correct)));
    return Optional.of(AccuracyLoss.of(pairs));
  }
}
