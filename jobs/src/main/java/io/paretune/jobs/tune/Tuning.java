package io.paretune.jobs.tune;

import io.paretune.jobs.config.Granularity;
import io.paretune.jobs.config.SpaceConfig;
import io.paretune.jobs.config.StudyConfig;
import io.paretune.jobs.fanout.ShardedBenchmark;
import io.paretune.jobs.fanout.SparkTrialRunner;
import io.paretune.jobs.fanout.TrialContext;
import io.paretune.jobs.search.CompressionSpace;
import io.paretune.jobs.search.Point;
import io.paretune.jobs.search.SearchBudget;
import io.paretune.jobs.search.SearchLoop;
import io.paretune.jobs.search.Study;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialState;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.prune.ActivationStatistics;
import io.paretune.udfs.spark.CandidateSpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One search: uniform profiles first, then what the sampler proposes, until the budget is spent.
 */
public final class Tuning {
  private static final Logger LOG = LoggerFactory.getLogger(Tuning.class);
  private static final DateTimeFormatter RUN_ID =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS").withZone(ZoneOffset.UTC);

  private final StudyInputs inputs;
  private final StudyConfig study;
  private final Clock clock;
  private final CompressionSpace space;
  private final TrialsTable trials;

  public Tuning(StudyInputs inputs, Clock clock) {
    this.inputs = inputs;
    this.study = inputs.config().study();
    this.clock = clock;
    this.space = space(inputs);
    this.trials = new TrialsTable(inputs.spark(), inputs.warehouse());
  }

  private static CompressionSpace space(StudyInputs inputs) {
    StudyConfig study = inputs.config().study();
    SpaceConfig config = study.space();
    Granularity granularity = config.granularity();
    return new CompressionSpace(
        inputs.footprint(),
        new CompressionSpace.Choices(
            config.criterion(),
            CompressionSpace.Grain.valueOf(granularity.name()),
            config.blocks(),
            config.pruningRatios(),
            config.keyValueBits(),
            config.separateKeyAndValueBits()
                ? CompressionSpace.KvBits.SEPARATE
                : CompressionSpace.KvBits.TIED),
        study.constraints().maxMemoryBytes().map(OptionalLong::of).orElse(OptionalLong.empty()),
        study
            .constraints()
            .minMeanPruningRatio()
            .map(OptionalDouble::of)
            .orElse(OptionalDouble.empty()));
  }

  /**
   * What a search did.
   *
   * @param runId the run's
   * @param ending why it ended
   */
  public record Result(String runId, SearchLoop.Ending ending) {}

  /**
   * Runs the study, or goes on with it where it was interrupted.
   *
   * @throws InvalidInputException if the study's trials so far are of another model, benchmark or
   *     workload
   */
  public Result run() {
    List<TrialRecord> before = trials.ofStudy(study.name());
    checkSame(before);
    String runId =
        before.stream()
            .max(Comparator.comparingLong(TrialRecord::trialId))
            .map(TrialRecord::runId)
            .orElseGet(() -> RUN_ID.format(clock.instant()));
    Study search = new Study(space.space(), study.sampler().create(study.seed()));
    replay(search, before);
    int uniform = startUniform(search);
    int total = study.trials() + uniform;
    if (search.history().finished().size() >= total) {
      LOG.info("study {} is complete: {} trials", study.name(), total);
      return new Result(runId, SearchLoop.Ending.TRIALS);
    }
    if (!before.isEmpty()) {
      LOG.info("study {} goes on after {} trials", study.name(), before.size());
    }
    String split = inputs.config().benchmark().searchSplit();
    Dataset<Row> questions = inputs.split("benchmark.splits.search", split);
    ShardedBenchmark benchmark = inputs.sharded(questions);
    JavaRDD<PreparedShard> prepared = benchmark.prepared().persist(StorageLevel.MEMORY_AND_DISK());
    LOG.info(
        "preparing {} questions in {} shards",
        prepared.map(PreparedShard::questions).reduce(Integer::sum),
        study.shards());
    TrialContext context =
        new TrialContext(
            study.name(),
            runId,
            inputs.modelId(),
            inputs.version(),
            split,
            inputs.footprint(),
            SamplesTable.chanceScore(questions),
            study.seed());
    try (SparkTrialRunner runner =
        new SparkTrialRunner(
            context,
            benchmark,
            prepared,
            trial -> space.profile(trial.point()),
            candidates(),
            trials,
            new ShardResultsTable(inputs.spark(), inputs.warehouse()),
            study.concurrency(),
            clock)) {
      SearchBudget budget = new SearchBudget(total, study.maxDuration(), 0);
      SearchLoop.Ending ending =
          new SearchLoop(
                  search,
                  runner,
                  budget,
                  study.concurrency(),
                  clock,
                  new SearchProgress(total, clock))
              .run();
      return new Result(runId, ending);
    } finally {
      prepared.unpersist();
    }
  }

  /** How a profile is sent to tasks: with the calibration that its criterion needs. */
  Function<CompressionProfile, CandidateSpec> candidates() {
    List<Double> ratios = new ArrayList<>(study.space().pruningRatios());
    ratios.addAll(study.uniformBaseline());
    if (study.space().criterion() != CriterionName.WANDA) {
      return profile -> new CandidateSpec(profile, null, ratios);
    }
    ActivationStatistics statistics = Calibrations.of(inputs);
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(inputs.spark().sparkContext());
    CandidateSpec.Calibrated calibrated =
        new CandidateSpec.Calibrated(statistics.id(), spark.broadcast(statistics.toBytes()));
    return profile -> new CandidateSpec(profile, calibrated, ratios);
  }

  private void checkSame(List<TrialRecord> before) {
    for (TrialRecord trial : before) {
      if (!trial.modelId().equals(inputs.modelId())
          || !trial.benchmarkVersion().equals(inputs.version())
          || !trial.workload().equals(inputs.footprint().workload())) {
        throw new InvalidInputException(
            "study.name",
            "the study \"%s\" has trials of model %s, benchmark version %s and workload %s; now they are %s, %s and %s"
                .formatted(
                    study.name(),
                    trial.modelId(),
                    trial.benchmarkVersion(),
                    trial.workload(),
                    inputs.modelId(),
                    inputs.version(),
                    inputs.footprint().workload()),
            "choose another study.name");
      }
    }
  }

  /** Puts recorded trials back in the order in which they were told. */
  private void replay(Study search, List<TrialRecord> before) {
    before.stream()
        .sorted(
            Comparator.comparing((TrialRecord t) -> t.finishedAt().orElse(Instant.MAX))
                .thenComparingLong(TrialRecord::trialId))
        .forEach(record -> search.replay(trial(record)));
  }

  private Trial trial(TrialRecord record) {
    Point point =
        space
            .point(record.profile())
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "study.space",
                        "trial %d of study \"%s\" is not in it"
                            .formatted(record.trialId(), study.name()),
                        "choose another study.name for another space"));
    return new Trial(
        record.trialId(),
        point,
        io.paretune.jobs.search.TrialState.valueOf(record.state().name()),
        List.of(
            (double) record.cost().memoryBytes(),
            record.score().map(s -> s.score()).orElse(Double.NaN)),
        record.score().map(s -> s.samples()).orElse(0L),
        record.origin() == TrialOrigin.SAMPLER
            ? Trial.Origin.SAMPLER
            : new Trial.Origin(record.origin().key(), 1));
  }

  /** Starts the uniform profiles that have not run yet; says how many there are in all. */
  private int startUniform(Study search) {
    List<Point> points = new ArrayList<>();
    points.add(
        space.point(CompressionProfile.of(study.space().criterion(), List.of())).orElseThrow());
    for (int bits : study.space().keyValueBits()) {
      for (double ratio : study.uniformBaseline()) {
        Optional<Point> point = space.uniform(ratio, bits);
        if (point.isPresent() && !points.contains(point.get())) {
          points.add(point.get());
        }
      }
    }
    for (Point point : points) {
      boolean known =
          search.history().finished().stream().anyMatch(t -> t.point().equals(point))
              || search.history().running().stream().anyMatch(t -> t.point().equals(point));
      if (!known) {
        search.start(point, new Trial.Origin(TrialOrigin.UNIFORM.key(), 1));
      }
    }
    return points.size();
  }

  /** The study's complete trials. */
  public List<TrialRecord> complete() {
    return trials.ofStudy(study.name()).stream()
        .filter(t -> t.state() == TrialState.COMPLETE)
        .toList();
  }
}
