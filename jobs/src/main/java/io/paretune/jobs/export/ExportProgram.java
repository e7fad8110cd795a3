package io.paretune.jobs.export;

import io.paretune.jobs.config.BenchmarkConfig;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.fanout.ShardResults;
import io.paretune.jobs.fanout.ShardedBenchmark;
import io.paretune.jobs.frontier.RecordedStudy;
import io.paretune.jobs.ingest.AskedQuestions;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.HeldOut;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.StudyFile;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.jobs.tune.Calibrations;
import io.paretune.jobs.tune.OtherModel;
import io.paretune.jobs.tune.StudyInputs;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.MaskKind;
import io.paretune.udfs.spark.CandidateSpec;
import io.paretune.udfs.spark.ShardAnswers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code export}: a trial of a study, or a profile of the user's, as a directory that others load.
 *
 * @param config of the study: model, benchmark and calibration
 * @param subject what is exported
 * @param maskIfGiven instead of the profile's own
 * @param to the new directory: a path or a URI
 */
public record ExportProgram(
    ParetuneConfig config, Subject subject, Optional<MaskKind> maskIfGiven, String to) {
  private static final Logger LOG = LoggerFactory.getLogger(ExportProgram.class);

  /** What is exported. */
  public sealed interface Subject {
    /** A complete trial of the study. */
    record OfTrial(long id) implements Subject {}

    /** A profile from a file. */
    record OfProfile(CompressionProfile profile) implements Subject {}
  }

  /**
   * Writes the directory.
   *
   * @return where it is
   * @throws InvalidInputException if there is no such trial, or the directory is not empty
   */
  public String run() throws IOException {
    try (Sessions.Opened session = Sessions.open("paretune export")) {
      Optional<TrialRecord> trial = trial(session.spark());
      ExportTarget target =
          ExportTarget.of("--to", to, session.spark().sparkContext().hadoopConfiguration());
      write(StudyInputs.prepare(session.spark(), config), trial, target);
      return target.toString();
    }
  }

  /**
   * Writes the directory in a session that is open.
   *
   * @param trial whose profile it is, as {@link #trial(SparkSession)} found it
   */
  void write(StudyInputs today, Optional<TrialRecord> trial, ExportTarget target)
      throws IOException {
    trial.ifPresent(t -> requireSameModel(today, t));
    // Samples that came since are not what it was calibrated and scored on.
    StudyInputs inputs =
        trial
            .map(t -> today.withSamples(t.benchmarkVersion(), "trial " + t.trialId()))
            .orElse(today);
    CompressionProfile own =
        subject instanceof Subject.OfProfile p
            ? p.profile()
            : trial.map(TrialRecord::profile).orElseThrow();
    CompressionProfile profile = maskIfGiven.map(mask -> withMask(own, mask)).orElse(own);
    checkFits(inputs, profile);
    CandidateSpec candidate = Calibrations.candidates(inputs, Optional.empty()).apply(profile);
    boolean scored = trial.isPresent() && profile.equals(own);
    List<Measured> measured = scored ? recorded(inputs, trial.get()) : measure(inputs, candidate);
    ModelCard card =
        new ModelCard(
            trial
                    .map(t -> "Trial %d of study %s".formatted(t.trialId(), t.study()))
                    .orElse("A profile of the user's")
                + (scored || trial.isEmpty() ? "" : " with another mask"),
            "the model `%s` (content hash %s)"
                .formatted(StudyFile.nameOf(config.model()), inputs.modelId()),
            "%s, version %s".formatted(config.benchmark().name(), inputs.version()),
            calibration(),
            profile,
            inputs.footprint(),
            measured);
    ResidentModel resident =
        inputs.source().onHost(inputs.source().type(inputs.spark().sparkContext().conf()));
    LOG.info("writing the checkpoint");
    target.fill(directory -> new CheckpointExport(resident, candidate, card).write(directory));
  }

  /**
   * The trial that is exported, if it is one's.
   *
   * @throws InvalidInputException if it is not there or not complete
   */
  Optional<TrialRecord> trial(SparkSession spark) {
    if (!(subject instanceof Subject.OfTrial wanted)) {
      return Optional.empty();
    }
    TrialRecord trial = RecordedStudy.of(spark, config).trials(List.of(wanted.id())).get(0);
    if (trial.state() != TrialState.COMPLETE) {
      throw new InvalidInputException(
          "--trial",
          "trial %d is %s, not complete%s"
              .formatted(
                  wanted.id(),
                  trial.state().key(),
                  trial.reason().isEmpty() ? "" : ": " + trial.reason()),
          "choose one with a score");
    }
    return Optional.of(trial);
  }

  private static void requireSameModel(StudyInputs inputs, TrialRecord trial) {
    if (!trial.modelId().equals(inputs.modelId())) {
      throw new InvalidInputException(
          List.of(
              new OtherModel(inputs.modelId(), trial.modelId())
                  .problem(
                      "trial " + trial.trialId(),
                      "choose a trial of the model that is given, or give that of the trial")));
    }
  }

  private static CompressionProfile withMask(CompressionProfile own, MaskKind mask) {
    if (!own.vision().isDense() && mask == MaskKind.SEQUENTIAL) {
      throw new InvalidInputException(
          "--mask " + mask.key(),
          "the profile prunes the vision tower or the projector, which have one-shot masks only",
          "leave --mask out");
    }
    return own.withMask(mask);
  }

  private static void checkFits(StudyInputs inputs, CompressionProfile profile) {
    Problems problems = new Problems();
    LayerStack.check(
        "profile " + profile.id(), profile, inputs.footprint().shape().layers(), problems);
    problems.throwIfAny();
  }

  private List<Measured> recorded(StudyInputs inputs, TrialRecord trial) {
    List<Measured> measured = new ArrayList<>();
    TrialScore score = trial.score().orElseThrow();
    measured.add(Measured.of(questions(config.benchmark().searchSplit()), score));
    trial.heldOut().ifPresent(held -> measured.add(heldOut(inputs, trial, held)));
    return measured;
  }

  /** By the recorded answers, which tell how sure the score is. */
  private Measured heldOut(StudyInputs inputs, TrialRecord trial, HeldOut held) {
    String split = config.benchmark().heldOutSplit();
    String questions = questions(split) + ", held out";
    List<ShardResultRecord> answers =
        new ShardResultsTable(inputs.spark(), inputs.warehouse())
            .ofTrials(trial.study(), split, held.answering(), Set.of(trial.trialId()))
            .getOrDefault(trial.trialId(), List.of());
    if (answers.isEmpty()) {
      return Measured.alone(questions, held.score());
    }
    Tally tally = AskedQuestions.of(inputs.split(split)).tally(inputs.benchmark(), answers);
    return Measured.of(questions, ShardResults.score(inputs.benchmark(), tally));
  }

  /** Scores a candidate that no trial did. */
  private List<Measured> measure(StudyInputs inputs, CandidateSpec candidate) {
    List<Measured> measured = new ArrayList<>();
    BenchmarkConfig asked = config.benchmark();
    measured.add(measure(inputs, candidate, asked.searchSplit(), asked.searching(), ""));
    measured.add(
        measure(inputs, candidate, asked.heldOutSplit(), asked.confirming(), ", held out"));
    return measured;
  }

  private static Measured measure(
      StudyInputs inputs, CandidateSpec candidate, String split, Answering answering, String note) {
    ShardedBenchmark benchmark =
        candidate.profile().vision().isDense()
            ? inputs.sharded(inputs.split(split))
            : inputs.shardedWithFiles(inputs.split(split));
    LOG.info("scoring the profile on the split {}", split);
    List<ShardAnswers> answers = benchmark.answers(benchmark.prepared(), candidate, answering);
    ShardResults.requireRun(answers);
    Tally tally =
        answers.stream().map(a -> Tally.of(a.outcomes())).reduce(Tally.EMPTY, Tally::plus);
    return Measured.of(questions(split) + note, ShardResults.score(inputs.benchmark(), tally));
  }

  private static String questions(String split) {
    return "split " + split;
  }

  private String calibration() {
    int limit = config.calibration().samples();
    return "calibrated on %s of the split %s"
        .formatted(
            limit == 0 ? "all questions" : "at most " + limit + " questions",
            config.benchmark().calibrationSplit());
  }
}
