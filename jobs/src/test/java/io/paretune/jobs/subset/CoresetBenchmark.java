package io.paretune.jobs.subset;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.paretune.jobs.config.CoresetConfig;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.ImageFeaturesTable;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * How well coresets of the search split rank a study's trials: Kendall's τ-b between the trials'
 * accuracies on a coreset and on all questions, and the largest loss of full accuracy from taking
 * the coreset's best trial. Reads the answers that the study recorded; nothing is run again. Simple
 * random samples of the same sizes (mean of 20) are there to compare with.
 *
 * <p>{@code ./paretune demo}, then this program with {@code runs/warehouse demo} as arguments.
 */
public final class CoresetBenchmark {
  private static final int RANDOM_SAMPLES = 20;

  private CoresetBenchmark() {}

  public static void main(String[] args) {
    Warehouse warehouse = Warehouse.at("warehouse", args[0]);
    String study = args[1];
    String split = ParetuneConfig.defaults().benchmark().searchSplit();
    try (Sessions.Opened session = Sessions.open("coreset benchmark")) {
      SparkSession spark = session.spark();
      List<TrialRecord> trials =
          new TrialsTable(spark, warehouse)
              .ofStudy(study).stream().filter(t -> t.state() == TrialState.COMPLETE).toList();
      String version = trials.get(0).benchmarkVersion();
      Dataset<Row> questions =
          new SamplesTable(spark, warehouse)
              .read()
              .where(col("version").equalTo(lit(version)).and(col("split").equalTo(lit(split))))
              .drop("image")
              .cache();
      Dataset<Row> features =
          new ImageFeaturesTable(spark, warehouse).read(trials.get(0).modelId());
      List<Map<String, Double>> credits = credits(spark, warehouse, study, split, trials);
      List<String> all =
          questions.select("sample_id").collectAsList().stream().map(r -> r.getString(0)).toList();
      double[] full = accuracies(credits, new HashSet<>(all));
      System.out.printf("%d trials, %d questions%n", credits.size(), all.size());
      System.out.println("questions    category          images            at random");
      for (int size : List.of(64, 128, 256, 512)) {
        StringBuilder line = new StringBuilder("%9d".formatted(size));
        for (CoresetConfig.By by : CoresetConfig.By.values()) {
          Dataset<Row> part =
              SearchCoreset.of(new CoresetConfig(size, by), questions, () -> features);
          Set<String> ids =
              part.select("sample_id").collectAsList().stream()
                  .map(r -> r.getString(0))
                  .collect(Collectors.toSet());
          double[] own = accuracies(credits, ids);
          line.append("    τ %.3f -%.1f pt".formatted(tau(own, full), 100 * loss(own, full)));
        }
        double tau = 0;
        double loss = 0;
        for (int seed = 0; seed < RANDOM_SAMPLES; seed++) {
          List<String> shuffled = new ArrayList<>(all);
          java.util.Collections.shuffle(shuffled, new Random(seed));
          double[] own =
              accuracies(credits, new HashSet<>(shuffled.subList(0, Math.min(size, all.size()))));
          tau += tau(own, full) / RANDOM_SAMPLES;
          loss += loss(own, full) / RANDOM_SAMPLES;
        }
        line.append("    τ %.3f -%.1f pt".formatted(tau, 100 * loss));
        System.out.println(line);
      }
    }
  }

  private static List<Map<String, Double>> credits(
      SparkSession spark,
      Warehouse warehouse,
      String study,
      String split,
      List<TrialRecord> trials) {
    Map<Long, List<ShardResultRecord>> rows =
        new ShardResultsTable(spark, warehouse)
            .ofTrials(
                study,
                split,
                Answering.of(EvaluationMode.OPTIONS),
                trials.stream().map(TrialRecord::trialId).collect(Collectors.toSet()));
    List<Map<String, Double>> credits = new ArrayList<>();
    for (List<ShardResultRecord> own : rows.values()) {
      Map<String, Double> bySample = new HashMap<>();
      own.forEach(r -> r.outcomes().forEach(o -> bySample.put(o.sampleId(), o.score())));
      credits.add(bySample);
    }
    return credits;
  }

  private static double[] accuracies(List<Map<String, Double>> credits, Set<String> ids) {
    return credits.stream()
        .mapToDouble(own -> ids.stream().mapToDouble(own::get).average().orElse(Double.NaN))
        .toArray();
  }

  /** Full accuracy of the best trial less that of the trial which the coreset takes for it. */
  private static double loss(double[] coreset, double[] full) {
    int chosen = 0;
    double best = 0;
    for (int i = 0; i < full.length; i++) {
      chosen = coreset[i] > coreset[chosen] ? i : chosen;
      best = Math.max(best, full[i]);
    }
    return best - full[chosen];
  }

  /** Kendall's τ-b, which takes ties into account. */
  static double tau(double[] a, double[] b) {
    long concordant = 0;
    long tiedA = 0;
    long tiedB = 0;
    long pairs = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < i; j++) {
        double sign = Math.signum(a[i] - a[j]) * Math.signum(b[i] - b[j]);
        concordant += (long) sign;
        tiedA += a[i] == a[j] ? 1 : 0;
        tiedB += b[i] == b[j] ? 1 : 0;
        pairs++;
      }
    }
    return concordant / Math.sqrt((double) (pairs - tiedA) * (pairs - tiedB));
  }
}
