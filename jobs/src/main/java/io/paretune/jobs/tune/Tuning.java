package io.paretune.jobs.tune;

import io.paretune.jobs.config.StudyConfig;
import io.paretune.jobs.explain.LayerImportances;
import io.paretune.jobs.fanout.QuestionImages;
import io.paretune.jobs.fanout.Rungs;
import io.paretune.jobs.fanout.ShardedBenchmark;
import io.paretune.jobs.fanout.SparkTrialRunner;
import io.paretune.jobs.fanout.TrialContext;
import io.paretune.jobs.fanout.TrialRecorder;
import io.paretune.jobs.fanout.TrialTurns;
import io.paretune.jobs.frontier.FrontierBuilder;
import io.paretune.jobs.racing.Field;
import io.paretune.jobs.search.Additive;
import io.paretune.jobs.search.CompressionSpace;
import io.paretune.jobs.search.Point;
import io.paretune.jobs.search.Sampler;
import io.paretune.jobs.search.SamplerName;
import io.paretune.jobs.search.SearchBudget;
import io.paretune.jobs.search.SearchListener;
import io.paretune.jobs.search.SearchLoop;
import io.paretune.jobs.search.Study;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.LayerImportanceTable;
import io.paretune.jobs.tables.NightRecord;
import io.paretune.jobs.tables.NightsTable;
import io.paretune.jobs.tables.RunId;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.StudyLease;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.MaskKind;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One search: uniform profiles first, then what the sampler proposes, until the budget is spent.
 */
public final class Tuning {
  private static final Logger LOG = LoggerFactory.getLogger(Tuning.class);

  private final StudyInputs inputs;
  private final StudyConfig study;
  private final Clock clock;
  private final CompressionSpace space;
  private final TrialsTable trials;
  private final ShardResultsTable shardResults;
  private final RecordedTrials recorded;

  public Tuning(StudyInputs inputs, Clock clock) {
    this.inputs = inputs;
    this.study = inputs.config().study();
    this.clock = clock;
    this.space = StudySpace.of(inputs);
    SparkSession few = Sessions.forFewRows(inputs.spark());
    this.trials = new TrialsTable(few, inputs.warehouse());
    this.shardResults = new ShardResultsTable(few, inputs.warehouse());
    this.recorded = new RecordedTrials(inputs, space);
  }

  /**
   * What a search did.
   *
   * @param runId the run's
   * @param ending why it ended
   * @param trials how many trials it finished
   */
  public record Result(String runId, SearchLoop.Ending ending, int trials) {
    /** Why it tried fewer candidates than it may, if it did. */
    public Optional<String> early() {
      if (ending == SearchLoop.Ending.TIME) {
        return Optional.of("study.max-duration was over before its trials");
      }
      return ending == SearchLoop.Ending.NO_PROGRESS
          ? Optional.of(
              "the frontier did not move by more than noise in study.patience candidates in a row")
          : Optional.empty();
    }
  }

  /**
   * Runs the study, or goes on with it where it was interrupted.
   *
   * @param lease of the study: no other process runs it
   * @throws InvalidInputException if the study's trials so far cannot be compared with what is
   *     configured now, or its constraints cannot be met
   */
  public Result run(StudyLease lease) {
    StudySpace.check(inputs, space);
    Elsewhere elsewhere = elsewhere();
    StudyIdentity.claim(inputs); // nothing was written for what is refused above
    List<TrialRecord> before = recorded.all();
    String runId = runId(before);
    List<Point> uniform = new StartingPoints(study, space).uniform();
    int total = study.trials() + uniform.size();
    long ended = before.stream().filter(t -> t.state() != TrialState.RUNNING).count();
    Study search = new Study(space.space(), sampler(ended < total));
    elsewhere.evidence().forEach(search::replay);
    recorded.replay(search, before);
    StartingPoints.start(search, uniform, TrialOrigin.UNIFORM);
    startTemplate(search, elsewhere, total - known(search));
    String parts =
        "%d of study.trials and %d profiles that treat every layer alike"
            .formatted(study.trials(), uniform.size());
    return search(lease, runId, search, before, total, parts);
  }

  /** What other studies found: profiles to try first, and trials as evidence. */
  private record Elsewhere(List<Point> template, List<Trial> evidence) {}

  private Elsewhere elsewhere() {
    List<Point> template =
        new StartingPoints(study, space)
            .template(inputs.spark().sparkContext().hadoopConfiguration());
    List<Trial> evidence = new WarmStart(inputs, space, trials).evidence();
    if (!evidence.isEmpty()) {
      LOG.info("{} trials of {} are evidence", evidence.size(), study.warmStart().studies());
    }
    return new Elsewhere(template, evidence);
  }

  /** The last run, if this goes on with it; a night is over, and so is what was before it. */
  private String runId(List<TrialRecord> before) {
    List<NightRecord> nights =
        new NightsTable(inputs.spark(), inputs.warehouse()).ofStudy(study.name());
    Set<String> runs = new HashSet<>();
    before.forEach(t -> runs.add(t.runId()));
    nights.forEach(n -> runs.add(n.runId()));
    return before.stream()
        .max(Comparator.comparingLong(TrialRecord::trialId))
        .filter(t -> !RunId.isNight(t.runId()))
        .filter(t -> nights.stream().allMatch(n -> n.finishedAt().isBefore(t.startedAt())))
        .map(TrialRecord::runId)
        .orElseGet(() -> RunId.ofSearch(clock.instant(), runs));
  }

  /**
   * A night's run, or the rest of it: the incumbents that have no score on today's samples yet, and
   * as many new candidates as {@code retune.trials} says. What was measured on other samples, on
   * another model or under another workload guides the search, the less the fewer questions it
   * shares with today's; so do the studies of {@code study.warm-start}. The profiles of {@code
   * study.template} that the study never tried are the first of the new candidates.
   *
   * @param runId the night's, the same when it is repeated
   * @param incumbents to score on today's samples
   * @throws InvalidInputException if the study is another one than before, or its constraints
   *     cannot be met
   */
  public Result night(StudyLease lease, String runId, List<CompressionProfile> incumbents) {
    StudySpace.check(inputs, space);
    Elsewhere elsewhere = elsewhere();
    StudyIdentity.renew(inputs); // nothing was written for what is refused above
    List<TrialRecord> all = recorded.all();
    List<TrialRecord> comparable = all.stream().filter(recorded::isComparable).toList();
    long tried =
        comparable.stream()
            .filter(t -> t.runId().equals(runId) && t.origin().isCandidate())
            .count();
    int budget = inputs.config().retune().trials();
    Study search = new Study(space.space(), sampler(tried < budget));
    elsewhere.evidence().forEach(search::replay);
    recorded.replayOnToday(search, all);
    for (CompressionProfile incumbent : incumbents) {
      Optional<Point> point = space.point(incumbent.withMask(MaskKind.ONE_SHOT));
      if (point.isEmpty()) {
        LOG.warn("profile {} of the earlier frontier is not in today's space", incumbent.id());
      } else {
        StartingPoints.start(search, List.of(point.get()), TrialOrigin.INCUMBENT);
      }
    }
    StartingPoints.start(search, new StartingPoints(study, space).uniform(), TrialOrigin.UNIFORM);
    int given = search.history().running().size();
    int total = known(search) - (int) tried + budget;
    String parts =
        "%d there already, %d given ones to score, the rest new".formatted(search.counted(), given);
    startTemplate(search, elsewhere, total - known(search));
    return search(lease, runId, search, comparable, total, parts);
  }

  /** The study's own trials, ended and running. */
  private static int known(Study search) {
    return search.counted() + search.history().running().size();
  }

  /** Those of a template's profiles that the study never tried, as many as may be. */
  private static void startTemplate(Study search, Elsewhere elsewhere, int most) {
    List<Point> untried = StartingPoints.untried(search, elsewhere.template());
    StartingPoints.start(
        search, untried.stream().limit(Math.max(0, most)).toList(), TrialOrigin.TEMPLATE);
  }

  /** The study's sampler; if it is to propose anything, with what the configuration tells it. */
  private Sampler sampler(boolean proposes) {
    Optional<Additive> belief = Optional.empty();
    if (proposes && study.sensitivities() && study.sampler() == SamplerName.TPE_GUIDED) {
      StudyLevels levels = new StudyLevels(inputs);
      levels.build();
      belief = LayerSensitivities.measured(inputs, levels.candidates()).map(space::belief);
      LOG.info(
          belief.isPresent()
              ? "the sampler is told what calibration says of the layers"
              : "calibration says nothing of the layers that these criteria or masks prune");
    }
    return study.sampler().create(study.seed(), belief);
  }

  /**
   * The search itself.
   *
   * @param total trials that it ends with
   * @param parts what these are, in words
   */
  private Result search(
      StudyLease lease,
      String runId,
      Study search,
      List<TrialRecord> before,
      int total,
      String parts) {
    int finishedBefore = search.counted();
    if (finishedBefore >= total) {
      LOG.info("study {} is complete: {} trials", study.name(), total);
      return new Result(runId, SearchLoop.Ending.TRIALS, 0);
    }
    if (!before.isEmpty()) {
      LOG.info("study {} goes on after {} trials", study.name(), before.size());
    }
    LOG.info("{} trials in all: {}", total, parts);
    String split = inputs.config().benchmark().searchSplit();
    Answering answering = inputs.config().benchmark().searching();
    Dataset<Row> questions = inputs.searchQuestions();
    QuestionImages images = QuestionImages.of(questions, inputs.benchmark());
    ShardedBenchmark benchmark = inputs.sharded(questions);
    JavaRDD<PreparedShard> prepared = benchmark.prepared().persist(StorageLevel.MEMORY_AND_DISK());
    long asked = prepared.map(PreparedShard::questions).reduce(Integer::sum);
    LOG.info("searching on {} questions in {} shards", asked, study.shards());
    TrialContext context =
        new TrialContext(
            study.name(),
            runId,
            inputs.modelId(),
            inputs.version(),
            split,
            answering,
            inputs.footprint(),
            images,
            Rungs.of(images.shards(), study.racing().rungs()),
            images.chance(),
            study.seed());
    Optional<Field> field = field(images, before);
    Map<Long, List<ShardResultRecord>> answered =
        recorded.answersOf(before, t -> t.state() == TrialState.RUNNING);
    StudyLevels levels = new StudyLevels(inputs);
    levels.build();
    Function<Trial, CompressionProfile> profileOf =
        trial -> space.profile(trial.point()).withMask(study.space().mask());
    try (MlflowLog log = MlflowLog.of(inputs.config().mlflow(), study.name(), profileOf, clock);
        SparkTrialRunner<PreparedShard> runner =
            new SparkTrialRunner<>(
                context,
                benchmark.fanout(prepared, levels.candidates(), answering),
                field,
                answered,
                profileOf,
                new TrialRecorder(
                    trials,
                    shardResults,
                    lease::requireHeld,
                    study.concurrency(),
                    inputs.config().unrecorded()),
                TrialTurns.of(study.concurrency()),
                clock)) {
      SearchBudget budget =
          new SearchBudget(total, study.maxDuration(), study.patience(), firstTrial(runId, before));
      SearchLoop.Ending ending =
          new SearchLoop(
                  search,
                  runner,
                  budget,
                  study.concurrency(),
                  clock,
                  SearchListener.both(new SearchProgress(total, clock), log))
              .run();
      int now = search.counted();
      explain(search, runId);
      return new Result(
          runId, now >= total ? SearchLoop.Ending.TRIALS : ending, now - finishedBefore);
    } finally {
      prepared.unpersist();
    }
  }

  /** The number of a run's first trial; if it has none yet, the next number. */
  private static long firstTrial(String runId, List<TrialRecord> before) {
    long next = before.stream().mapToLong(TrialRecord::trialId).max().orElse(-1) + 1;
    return before.stream()
        .filter(t -> t.runId().equals(runId))
        .mapToLong(TrialRecord::trialId)
        .min()
        .orElse(next);
  }

  /** Writes which layers mattered, by all trials so far. */
  private void explain(Study search, String runId) {
    LOG.info("finding which layers mattered");
    new LayerImportanceTable(inputs.spark(), inputs.warehouse())
        .write(
            study.name(),
            runId,
            new LayerImportances(study.name(), runId, space)
                .of(inputs.spark(), search.history(), study.seed()));
  }

  /** Who new trials race against: what is complete already, and what will be. */
  private Optional<Field> field(QuestionImages images, List<TrialRecord> before) {
    return study
        .racing()
        .confidence()
        .map(
            confidence -> {
              Field field = new Field(confidence, images.allRight());
              Set<Long> front =
                  FrontierBuilder.nonDominated(
                          before.stream().filter(t -> t.state() == TrialState.COMPLETE).toList())
                      .stream()
                      .map(TrialRecord::trialId)
                      .collect(Collectors.toSet());
              Map<Long, List<ShardResultRecord>> answers =
                  recorded.answersOf(before, t -> front.contains(t.trialId()));
              before.stream()
                  .filter(t -> front.contains(t.trialId()))
                  .forEach(
                      t ->
                          field.add(
                              new Field.Entrant(
                                  t.trialId(),
                                  t.cost().memoryBytes(),
                                  t.score().orElseThrow().score(),
                                  images.gains(answers.getOrDefault(t.trialId(), List.of())))));
              return field;
            });
  }

  /**
   * The study's complete trials that can be compared with today's.
   *
   * @throws InvalidInputException if the study's last ones cannot be compared with what is
   *     configured now
   */
  public List<TrialRecord> complete() {
    StudyIdentity.claim(inputs);
    return trials.ofStudy(study.name()).stream().filter(inputs.yardstick()::scored).toList();
  }
}
