package io.paretune.jobs.measure;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.frontier.RecordedStudy;
import io.paretune.jobs.gate.FirstTokenTimes;
import io.paretune.jobs.gate.GateLoad;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.MeasurementRecord;
import io.paretune.jobs.tables.MeasurementsTable;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tune.Calibrations;
import io.paretune.jobs.tune.StudyInputs;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.ModelConfig;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.evaluate.SpeedSettings;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.spark.CandidateSpec;
import io.paretune.udfs.spark.GpuMemory;
import io.paretune.udfs.spark.GpuRoom;
import io.paretune.udfs.spark.MeasureSpeed;
import io.paretune.udfs.spark.ModelSource;
import io.paretune.udfs.spark.Models;
import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code measure} does; apart from the command, which must load without Spark. */
public final class MeasureProgram {
  private static final Logger LOG = LoggerFactory.getLogger(MeasureProgram.class);

  /** Which points of the study's latest frontier are measured. */
  public enum Points {
    NONE,
    ALL,
    /** If the gate limits the time to the first token, those that were not measured yet. */
    FOR_GATE
  }

  /**
   * What is measured beside the dense model.
   *
   * @param trials of the study, by number
   * @param profile one that is no trial's
   * @param points of the frontier
   */
  public record Chosen(List<Long> trials, Optional<CompressionProfile> profile, Points points) {}

  private final ParetuneConfig config;
  private final SpeedSettings settings;
  private final Clock clock;
  private final PrintStream out;

  /**
   * Sets up a program that prints its results.
   *
   * @param out for results only
   */
  public MeasureProgram(
      ParetuneConfig config, SpeedSettings settings, Clock clock, PrintStream out) {
    this.config = config;
    this.settings = settings;
    this.clock = clock;
    this.out = out;
  }

  /**
   * Measures the dense model and what was chosen, one after another on one executor; each is in the
   * table as soon as it is known.
   *
   * @throws InvalidInputException if a trial does not exist, the study has no frontier, a prompt
   *     with its answer is longer than the model's last position, the gate is to be served under
   *     another load than its own, or a GPU is too small
   */
  public void run(Chosen chosen) {
    if (chosen.points() == Points.FOR_GATE && !GateLoad.of(config.gate()).isOf(settings)) {
      throw new InvalidInputException(
          "--for-gate",
          "is given with another load than the gate's",
          "leave out --batch, --text-tokens, --threads and --type, or measure without --for-gate");
    }
    if (chosen.points() == Points.FOR_GATE && config.gate().maxTtft().isEmpty()) {
      out.println("gate.max-ttft is not set: the gate asks for no measurement");
      return;
    }
    GpuRoom room = room();
    try (Sessions.Opened session = Sessions.open("paretune measure")) {
      check(room, JavaSparkContext.fromSparkContext(session.spark().sparkContext()));
      List<Candidate> candidates = candidates(session.spark(), chosen);
      if (candidates.isEmpty()) {
        out.println("every point of the frontier was measured before");
        return;
      }
      StudyInputs inputs = StudyInputs.prepare(session.spark(), config);
      requireFitting(inputs, candidates);
      Function<CompressionProfile, CandidateSpec> specs =
          Calibrations.candidates(inputs, Optional.empty());
      MeasurementsTable table = new MeasurementsTable(inputs.spark(), inputs.warehouse());
      List<SpeedText.Line> lines = new ArrayList<>();
      for (Candidate candidate : candidates) {
        LOG.info("measuring {}", candidate.label());
        MeasurementRecord measured = measure(inputs, candidate, specs);
        table.append(List.of(measured));
        lines.add(new SpeedText.Line(candidate.label(), measured));
      }
      out.print(SpeedText.of(lines));
    }
  }

  /** A profile, and the trial behind it if there is one. */
  private record Candidate(OptionalLong trial, CompressionProfile profile) {
    String label() {
      return profile.isDense()
          ? "dense"
          : trial.isPresent() ? "trial " + trial.getAsLong() : "profile " + profile.id();
    }
  }

  /** Empty if the gate asks for nothing that is not known; otherwise the dense model is first. */
  private List<Candidate> candidates(SparkSession spark, Chosen chosen) {
    List<Candidate> candidates = new ArrayList<>();
    if (chosen.points() != Points.NONE) {
      List<FrontierRecord> points = points(RecordedStudy.of(spark, config), chosen.points());
      if (points.isEmpty()) {
        return candidates;
      }
      points.stream()
          .filter(p -> !p.profile().isDense())
          .map(p -> new Candidate(OptionalLong.of(p.trialId()), p.profile()))
          .forEach(candidates::add);
    }
    if (!chosen.trials().isEmpty()) {
      RecordedStudy.of(spark, config)
          .trials(chosen.trials())
          .forEach(t -> candidates.add(new Candidate(OptionalLong.of(t.trialId()), t.profile())));
    }
    chosen.profile().ifPresent(p -> candidates.add(new Candidate(OptionalLong.empty(), p)));
    candidates.add(0, new Candidate(OptionalLong.empty(), CompressionProfile.dense()));
    return candidates;
  }

  /** The latest frontier, or what the gate does not know of it yet. */
  private List<FrontierRecord> points(RecordedStudy study, Points which) {
    List<FrontierRecord> latest = study.frontier();
    if (which != Points.FOR_GATE) {
      return latest;
    }
    FirstTokenTimes known =
        new FirstTokenTimes(
            new MeasurementsTable(study.spark(), study.warehouse()).ofStudy(study.name()),
            GateLoad.of(config.gate()));
    return latest.stream().filter(p -> known.of(p).isEmpty()).toList();
  }

  private static void requireFitting(StudyInputs inputs, List<Candidate> candidates) {
    Problems problems = new Problems();
    for (Candidate c : candidates) {
      LayerStack.check(c.label(), c.profile(), inputs.footprint().shape().layers(), problems);
    }
    problems.throwIfAny();
  }

  private MeasurementRecord measure(
      StudyInputs inputs, Candidate candidate, Function<CompressionProfile, CandidateSpec> specs) {
    MeasureSpeed.Measured measured =
        JavaSparkContext.fromSparkContext(inputs.spark().sparkContext())
            .parallelize(List.of(specs.apply(candidate.profile())), 1)
            .map(new MeasureSpeed(inputs.source(), settings))
            .first();
    return new MeasurementRecord(
        config.study().name(),
        candidate.trial(),
        inputs.modelId(),
        candidate.profile(),
        measured.device(),
        settings,
        measured.speed(),
        clock.instant());
  }

  /** Asks the GPUs that Spark gives tasks, if it gives any: before anything is prepared. */
  private void check(GpuRoom room, JavaSparkContext spark) {
    Problems problems = new Problems();
    if (ModelSource.usesGpus(config.device(), spark.getConf())) {
      room.check(GpuMemory.everywhere(spark), problems);
    }
    problems.throwIfAny();
  }

  /** What a request needs of a GPU, if it is no longer than the model's last position. */
  private GpuRoom room() {
    try (Checkpoint checkpoint = Checkpoint.open(Models.directory(config.model()))) {
      ModelConfig model = checkpoint.config();
      int tokens = model.imageTokens() + settings.textTokens() + settings.newTokens();
      int most = model.text().maxPositions();
      if (tokens >= most) {
        throw new InvalidInputException(
            "--text-tokens, --new-tokens",
            "with %d of its image a request has %d tokens".formatted(model.imageTokens(), tokens),
            "the model's max_position_embeddings is " + most);
      }
      return ServingMemory.of(DecoderShape.of(checkpoint), settings, tokens);
    }
  }
}
