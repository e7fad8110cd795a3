package io.paretune.jobs.fanout;

import io.paretune.jobs.progress.StageProgress;
import io.paretune.udfs.evaluate.CalibrationQuestions;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.MaskKind;
import io.paretune.udfs.prune.ActivationStatistics;
import io.paretune.udfs.prune.VisionStatistics;
import io.paretune.udfs.spark.CandidateSpec;
import io.paretune.udfs.spark.Evidence;
import io.paretune.udfs.spark.Levels;
import io.paretune.udfs.spark.SequentialCalibration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds to a profile what tasks need to prune by it: nothing, the statistics that all one-shot
 * profiles share, those of its own sequential masks, or the calibration questions. Calibrates when
 * a profile first needs it. Safe for use by many threads.
 */
public final class CandidateSpecs implements Function<CompressionProfile, CandidateSpec> {
  private static final Logger LOG = LoggerFactory.getLogger(CandidateSpecs.class);

  /** Keeps statistics between runs, by a name that says what they are of. */
  @FunctionalInterface
  public interface StatisticsStore {
    /** The bytes of that name, measured if there are none. */
    byte[] statistics(String name, Supplier<byte[]> measure);

    /** Keeps none. */
    static StatisticsStore none() {
      return (name, measure) -> measure.get();
    }
  }

  private final JavaSparkContext spark;
  private final String questionsId;
  private final Supplier<ShardedBenchmark> questions;
  private final StatisticsStore store;
  private final Optional<Levels> levels;
  private final Map<String, Evidence> sent = new HashMap<>();
  private CandidateSpec.@Nullable VisionEvidence sight;

  /**
   * Measures nothing yet.
   *
   * @param questionsId what tells the calibration questions from others of the same model
   * @param questions asked once, when something needs them
   * @param levels where one-shot masks of a study's ratios come from; without, every ratio is
   *     ranked
   */
  public CandidateSpecs(
      JavaSparkContext spark,
      String questionsId,
      Supplier<ShardedBenchmark> questions,
      StatisticsStore store,
      Optional<Levels> levels) {
    this.spark = spark;
    this.questionsId = questionsId;
    this.questions = questions;
    this.store = store;
    this.levels = levels;
  }

  @Override
  public CandidateSpec apply(CompressionProfile profile) {
    CandidateSpec decoder = decoder(profile);
    boolean calibrated = profile.criterion().needs() == CriterionName.Needs.MEAN_SQUARES;
    return profile.vision().isDense() || !calibrated ? decoder : decoder.seeing(sight());
  }

  private CandidateSpec decoder(CompressionProfile profile) {
    if (!profile.isPruned()) {
      return CandidateSpec.of(profile);
    }
    return switch (profile.criterion().needs()) {
      case NOTHING -> new CandidateSpec(profile, new Evidence.None(), levels.orElse(null));
      case QUESTIONS -> new CandidateSpec(profile, evidence("questions", this::questions), null);
      case MEAN_SQUARES ->
          profile.mask() == MaskKind.SEQUENTIAL
              ? new CandidateSpec(profile, sequential(profile.pruningOnly()), null)
              : new CandidateSpec(
                  profile, evidence("dense", () -> send(denseStatistics())), levels.orElse(null));
    };
  }

  /** What the dense model's layers see on the calibration questions. */
  public ActivationStatistics denseStatistics() {
    return read(
        questionsId, statistics(questionsId, () -> questions.get().calibration().toBytes()));
  }

  private static ActivationStatistics read(String name, byte[] bytes) {
    return ActivationStatistics.fromBytes("calibration " + name, bytes);
  }

  /** What vision tower and projector see of the calibration questions' images. */
  private synchronized CandidateSpec.VisionEvidence sight() {
    CandidateSpec.VisionEvidence known = sight;
    if (known == null) {
      String name = questionsId + "-vision";
      VisionStatistics statistics =
          VisionStatistics.fromBytes(
              "calibration " + name,
              statistics(name, () -> questions.get().visionCalibration().toBytes()));
      known =
          new CandidateSpec.VisionEvidence(send(statistics.tower()), send(statistics.projector()));
      sight = known;
    }
    return known;
  }

  private Evidence sequential(CompressionProfile pruning) {
    // A study asks for a profile once, so what it sends is not held on to.
    String name = questionsId + "-sequential-" + pruning.id();
    return send(
        read(
            name,
            statistics(
                name,
                () -> {
                  ShardedBenchmark benchmark = questions.get();
                  return SequentialCalibration.measure(
                          benchmark.prepared(), benchmark.source(), pruning)
                      .toBytes();
                })));
  }

  /** Those that are kept under a name; what has to be measured says how far it is. */
  private byte[] statistics(String name, Supplier<byte[]> measure) {
    return store.statistics(name, () -> StageProgress.during(spark.sc(), "calibrating", measure));
  }

  private synchronized Evidence evidence(String what, Supplier<Evidence> make) {
    Evidence known = sent.get(what);
    if (known == null) {
      known = make.get();
      sent.put(what, known);
    }
    return known;
  }

  private Evidence send(ActivationStatistics statistics) {
    return new Evidence.Statistics(statistics.id(), spark.broadcast(statistics.toBytes()));
  }

  private Evidence questions() {
    List<PreparedShard> shards = questions.get().prepared().collect();
    LOG.info("sparsegpt updates weights: every executor runs all calibration questions");
    return new Evidence.Questions(questionsId, spark.broadcast(CalibrationQuestions.of(shards)));
  }
}
