package io.paretune.jobs.fanout;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.racing.Field;
import io.paretune.jobs.search.Point;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.spark.ShardAnswers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Trials of known answers and durations over a study's tables: eight shards in four rungs, two
 * trials at once.
 */
record SimulatedTrials(TrialsTable trials, ShardResultsTable results) {
  static final int SHARDS = 8;
  static final int IMAGES = 25;
  static final int QUESTIONS = 4;
  static final QuestionImages ASKED = SimulatedCandidate.questions(SHARDS, IMAGES, QUESTIONS);
  private static final MemoryFootprint FOOTPRINT =
      new MemoryFootprint(new DecoderShape(4, 8, 16, 2, 2, 4, 4, 100), new Workload(1, 16));

  /** What a task does with a shard. */
  interface Candidate extends FlatMapFunction<Iterator<Integer>, ShardAnswers> {}

  /** Creates the tables. */
  static SimulatedTrials in(Path folder) {
    SearchTables tables = SearchTables.in(folder);
    return new SimulatedTrials(tables.trials(), tables.results());
  }

  static TrialContext context(String study) {
    return context(study, 4);
  }

  static TrialContext context(String study, int rungs) {
    return new TrialContext(
        study,
        "run",
        "model",
        "version",
        "val",
        Answering.of(EvaluationMode.OPTIONS),
        FOOTPRINT,
        ASKED,
        Rungs.of(ASKED.shards(), rungs),
        0.5,
        0);
  }

  static JavaRDD<Integer> shards() {
    return JavaSparkContext.fromSparkContext(SharedSpark.session().sparkContext())
        .parallelize(IntStream.range(0, SHARDS).boxed().toList(), SHARDS);
  }

  /** All of one size: a ratio that says which trial it is would change the memory. */
  static CompressionProfile profile(Trial trial) {
    return CompressionProfile.of(
        CriterionName.MAGNITUDE, List.of(LayerPlan.of((int) trial.id() % 4, 0.5, 16, 16)));
  }

  static Trial trial(long id) {
    return new Trial(id, Point.of(0), TrialState.RUNNING, List.of(1.0), 0, Trial.Origin.SAMPLER);
  }

  static SimulatedCandidate candidate(double quality, long millis) {
    return new SimulatedCandidate(
        IMAGES,
        QUESTIONS,
        quality,
        IntStream.range(0, SHARDS).mapToObj(s -> millis).toList(),
        Set.of(),
        null);
  }

  SparkTrialRunner<Integer> runner(
      String study,
      Optional<Field> field,
      Map<Long, List<ShardResultRecord>> answered,
      Map<Long, ? extends Candidate> candidates) {
    Map<String, Candidate> byProfile =
        candidates.entrySet().stream()
            .collect(Collectors.toMap(e -> profile(trial(e.getKey())).id(), Map.Entry::getValue));
    return runner(study, field, answered, p -> byProfile.get(p.id()));
  }

  SparkTrialRunner<Integer> runner(
      String study,
      Optional<Field> field,
      Map<Long, List<ShardResultRecord>> answered,
      Function<CompressionProfile, FlatMapFunction<Iterator<Integer>, ShardAnswers>> task) {
    return new SparkTrialRunner<>(
        context(study),
        new ShardFanout<>(shards(), task),
        field,
        answered,
        SimulatedTrials::profile,
        new TrialRecorder(trials, results, () -> {}, 2, Duration.ZERO),
        new TrialTurns(2, Duration.ZERO),
        Clock.systemUTC());
  }
}
