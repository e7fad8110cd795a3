package io.paretune.jobs.fanout;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.paretune.jobs.search.Objective;
import io.paretune.jobs.search.Parameter;
import io.paretune.jobs.search.Place;
import io.paretune.jobs.search.RandomSampler;
import io.paretune.jobs.search.SearchBudget;
import io.paretune.jobs.search.SearchListener;
import io.paretune.jobs.search.SearchLoop;
import io.paretune.jobs.search.SearchSpace;
import io.paretune.jobs.search.Study;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * A search whose trials take a time that is known: the share of the slots' time that they work,
 * what the driver adds to a task and a trial, and how that changes with the number of slots.
 * Everything is recorded in tables as in a real search.
 *
 * <p>{@code FanoutBenchmark TRIALS SHARDS MEAN_MILLIS DURATIONS.json SLOTS…}; writes the durations
 * for {@code fanout_benchmark.py}, which gives the same work to other tools.
 */
public final class FanoutBenchmark {
  private static final MemoryFootprint FOOTPRINT =
      new MemoryFootprint(new DecoderShape(4, 8, 16, 2, 2, 4, 4, 100), new Workload(1, 16));

  private FanoutBenchmark() {}

  /** Prints one line for each number of slots. */
  public static void main(String[] words) throws IOException {
    int trials = Integer.parseInt(words[0]);
    int shards = Integer.parseInt(words[1]);
    double mean = Double.parseDouble(words[2]);
    List<List<Long>> millis = durations(trials, shards, mean);
    JsonArray all = new JsonArray();
    millis.forEach(
        t -> {
          JsonArray one = new JsonArray();
          t.forEach(one::add);
          all.add(one);
        });
    Files.writeString(Path.of(words[3]), all.toString());
    for (String slots : Arrays.asList(words).subList(4, words.length)) {
      System.out.println(run(Integer.parseInt(slots), millis));
    }
  }

  /** Uneven: log-normal over shards, and trials that are twice as fast or slow. */
  private static List<List<Long>> durations(int trials, int shards, double mean) {
    SplittableRandom random = new SplittableRandom(1);
    List<List<Long>> millis = new ArrayList<>();
    for (int t = 0; t < trials; t++) {
      double ofTrial = mean * Math.exp(0.35 * random.nextGaussian());
      millis.add(
          IntStream.range(0, shards)
              .mapToObj(s -> Math.round(ofTrial * Math.exp(0.5 * random.nextGaussian() - 0.125)))
              .toList());
    }
    return millis;
  }

  private static JsonObject run(int slots, List<List<Long>> millis) throws IOException {
    int shards = millis.get(0).size();
    int concurrency = Math.max(2, slots / 2);
    SparkSession spark =
        Sessions.configured(
                SparkSession.builder()
                    .master("local[" + slots + "]")
                    .config("spark.ui.enabled", "false")
                    .config("spark.scheduler.mode", "FAIR")
                    .config("spark.sql.shuffle.partitions", "2")
                    .config("spark.databricks.delta.snapshotPartitions", "1"))
            .getOrCreate();
    Path folder = Files.createTempDirectory("fanout-benchmark");
    Warehouse warehouse = Warehouse.at("warehouse", folder.toString());
    warehouse.createTables(spark);
    QuestionImages questions = SimulatedCandidate.questions(shards, 8, 8);
    TrialContext context =
        new TrialContext(
            "simulated",
            "run",
            "model",
            "version",
            "val",
            Answering.of(EvaluationMode.OPTIONS),
            FOOTPRINT,
            questions,
            Rungs.of(questions.shards(), 4),
            0.5,
            0);
    JavaRDD<Integer> rdd =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(IntStream.range(0, shards).boxed().toList(), shards);
    Map<String, Long> trialOf = new ConcurrentHashMap<>();
    ShardFanout<Integer> fanout =
        new ShardFanout<>(
            rdd,
            profile -> {
              int trial = trialOf.get(profile.id()).intValue();
              return new SimulatedCandidate(8, 8, 0.5, millis.get(trial), Set.of(), null);
            });
    Study study =
        new Study(
            new SearchSpace(
                List.of(new Parameter.Ordinal("p", List.of(0, 1, 2, 3), Place.UNKNOWN)),
                List.of(Objective.maximize("score")),
                List.of()),
            new RandomSampler(1));
    long started;
    double seconds;
    SparkSession few = Sessions.forFewRows(spark);
    TrialRecorder recorder =
        new TrialRecorder(
            new TrialsTable(few, warehouse),
            new ShardResultsTable(few, warehouse),
            () -> {},
            concurrency,
            Duration.ofSeconds(15));
    try (SparkTrialRunner<Integer> runner =
        new SparkTrialRunner<>(
            context,
            fanout,
            Optional.empty(),
            Map.of(),
            trial -> {
              CompressionProfile profile = profile(trial);
              trialOf.put(profile.id(), trial.id());
              return profile;
            },
            recorder,
            TrialTurns.of(concurrency),
            Clock.systemUTC())) {
      started = System.nanoTime();
      new SearchLoop(
              study,
              runner,
              SearchBudget.ofTrials(millis.size()),
              concurrency,
              Clock.systemUTC(),
              new SearchListener() {})
          .run();
      seconds = (System.nanoTime() - started) / 1e9;
    }
    spark.stop();
    double work = millis.stream().flatMap(List::stream).mapToLong(Long::longValue).sum() / 1e3;
    JsonObject line = new JsonObject();
    line.addProperty("tool", "paretune");
    line.addProperty("slots", slots);
    line.addProperty("seconds", round(seconds));
    line.addProperty("work_seconds", round(work));
    line.addProperty("utilisation", round(work / (slots * seconds)));
    line.addProperty("idle_ms_per_trial", round(1e3 * (slots * seconds - work) / millis.size()));
    line.addProperty(
        "idle_ms_per_task", round(1e3 * (slots * seconds - work) / millis.size() / shards));
    return line;
  }

  private static CompressionProfile profile(Trial trial) {
    return CompressionProfile.of(
        CriterionName.MAGNITUDE, List.of(LayerPlan.of(0, (trial.id() + 1) / 1000.0, 16, 16)));
  }

  private static double round(double value) {
    return Double.parseDouble(String.format(Locale.ROOT, "%.3f", value));
  }
}
