package io.paretune.jobs.fanout;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.size;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.paretune.jobs.ingest.Intake;
import io.paretune.jobs.ingest.SamplesReader;
import io.paretune.jobs.ingest.ScreenedSamples;
import io.paretune.jobs.progress.StageProgress;
import io.paretune.udfs.benchmark.Estimate;
import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.engine.TypePolicy;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Suggestion;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.spark.CandidateSpec;
import io.paretune.udfs.spark.LoadModel;
import io.paretune.udfs.spark.ModelSource;
import io.paretune.udfs.spark.ShardAnswers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One profile on samples files, without tables.
 *
 * @param model a Hugging Face directory
 * @param samples samples files
 * @param split whose questions are asked
 * @param profile the candidate
 * @param mode how questions are answered
 * @param batch questions in a forward
 * @param type what is computed in
 * @param calibration what Wanda's statistics come from
 */
public record ProfileEvaluation(
    String model,
    List<String> samples,
    String split,
    CompressionProfile profile,
    EvaluationMode mode,
    int batch,
    TypePolicy type,
    Calibrated calibration) {
  private static final Logger LOG = LoggerFactory.getLogger(ProfileEvaluation.class);

  private static final GenericBenchmark BENCHMARK = new GenericBenchmark("samples");

  /** Shards for each slot: few enough for full batches, enough that no slot waits long. */
  private static final int SHARDS_PER_SLOT = 4;

  /**
   * Questions to calibrate with.
   *
   * @param files samples files
   * @param split whose questions
   * @param limit how many, in file order; 0 for all
   */
  public record Calibrated(List<String> files, String split, int limit) {}

  /**
   * Answers all questions of the split.
   *
   * @throws InvalidInputException with what is wrong with the samples
   */
  public Report run(SparkSession spark) {
    LOG.info("reading the samples");
    int shards = SHARDS_PER_SLOT * spark.sparkContext().defaultParallelism();
    ModelSource source = ModelSource.of(model, type);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    try (ScreenedSamples read =
        SamplesReader.read(spark, samples, Intake.strict("samples", shards))) {
      Dataset<Row> asked = ofSplit("--split", read.samples(), split, samples);
      refuseWithoutOptions(asked);
      LoadModel.everywhere(context, source);
      CandidateSpec candidate = candidate(spark, context, read, shards);
      ShardedBenchmark rows = ShardedBenchmark.of(asked, shards, source, BENCHMARK, batch);
      ShardedBenchmark benchmark = (profile.vision().isDense() ? rows : rows.withFiles()).loaded();
      String work = "answering " + benchmark.questions().count() + " questions";
      LOG.info(work);
      long started = System.nanoTime();
      List<ShardAnswers> answers =
          StageProgress.during(
              spark.sparkContext(),
              work,
              () -> benchmark.answers(benchmark.prepared(), candidate, Answering.of(mode)));
      double seconds = (System.nanoTime() - started) / 1e9;
      ShardResults.requireRun(answers);
      return new Report(profile, inFileOrder(asked, answers), seconds);
    }
  }

  private static Dataset<Row> ofSplit(
      String option, Dataset<Row> rows, String split, List<String> files) {
    Dataset<Row> own = rows.where(col("split").equalTo(split));
    if (own.isEmpty()) {
      List<String> splits =
          rows.select("split").distinct().collectAsList().stream()
              .map(r -> r.getString(0))
              .sorted()
              .toList();
      throw new InvalidInputException(
          option,
          "no question of %s has the split \"%s\"".formatted(String.join(", ", files), split),
          Suggestion.among(split, splits));
    }
    return own;
  }

  private void refuseWithoutOptions(Dataset<Row> asked) {
    if (mode != EvaluationMode.OPTIONS) {
      return;
    }
    List<Row> open = asked.where(size(col("options")).equalTo(0)).select("sample_id").takeAsList(1);
    if (!open.isEmpty()) {
      throw new InvalidInputException(
          "sample " + open.get(0).getString(0),
          "has no options to choose from",
          "answer it with --mode generate or protocol");
    }
  }

  /**
   * Calibrates; one profile gains nothing from a level index, so its ratios are ranked directly.
   */
  private CandidateSpec candidate(
      SparkSession spark, JavaSparkContext context, ScreenedSamples read, int shards) {
    if (calibration.files().equals(samples)) {
      return candidate(context, read, shards);
    }
    boolean prunes = profile.isPruned() || !profile.vision().isDense();
    if (!prunes || profile.criterion().needs() == CriterionName.Needs.NOTHING) {
      return CandidateSpec.of(profile);
    }
    try (ScreenedSamples own =
        SamplesReader.read(spark, calibration.files(), Intake.strict("calibration", shards))) {
      return candidate(context, own, shards);
    }
  }

  private CandidateSpec candidate(JavaSparkContext context, ScreenedSamples read, int shards) {
    return new CandidateSpecs(
            context,
            "calibration",
            () -> calibrationQuestions(read, shards),
            CandidateSpecs.StatisticsStore.none(),
            Optional.empty())
        .apply(profile);
  }

  private ShardedBenchmark calibrationQuestions(ScreenedSamples read, int shards) {
    Dataset<Row> rows =
        ofSplit("--calibration-split", read.samples(), calibration.split(), calibration.files());
    if (calibration.limit() > 0) {
      rows = rows.orderBy("position").limit(calibration.limit());
    }
    LOG.info("calibrating on {} questions", rows.count());
    return ShardedBenchmark.of(rows, shards, ModelSource.of(model, type), BENCHMARK, batch);
  }

  private static List<Outcome> inFileOrder(Dataset<Row> asked, List<ShardAnswers> answers) {
    Map<String, Outcome> byId = new HashMap<>();
    answers.forEach(a -> a.outcomes().forEach(o -> byId.put(o.sampleId(), o)));
    List<Outcome> ordered = new ArrayList<>();
    for (Row row : asked.orderBy("position").select("sample_id").collectAsList()) {
      Outcome outcome = byId.remove(row.getString(0));
      if (outcome == null) {
        throw new IllegalStateException("sample " + row.getString(0) + " was not answered");
      }
      ordered.add(outcome);
    }
    return ordered;
  }

  /**
   * What came out.
   *
   * @param profile the candidate
   * @param outcomes in the order of the files
   * @param seconds from the first image's decoding to the last answer
   */
  public record Report(CompressionProfile profile, List<Outcome> outcomes, double seconds) {

    /** Writes one JSON line a question; the file appears only when it is complete. */
    public void writeAnswers(Path file) throws IOException {
      AnswersFile.write(file, outcomes.stream().map(Report::line).toList());
    }

    private static String line(Outcome o) {
      JsonObject line = new JsonObject();
      line.addProperty("sample_id", o.sampleId());
      line.addProperty("prediction", o.prediction());
      line.addProperty("correct", o.correct());
      JsonArray scores = new JsonArray();
      o.optionLogProbabilities().forEach(scores::add);
      line.add("option_logprobs", scores);
      return line.toString();
    }

    /** What the command prints, as one JSON object. */
    public JsonObject summary(MemoryFootprint footprint) {
      Estimate score = BENCHMARK.score(Tally.of(outcomes));
      JsonObject summary = new JsonObject();
      summary.addProperty("accuracy", score.value());
      summary.addProperty("accuracy_low", score.low());
      summary.addProperty("accuracy_high", score.high());
      summary.addProperty("questions", score.questions());
      summary.addProperty("questions_per_second", score.questions() / seconds);
      summary.addProperty("memory_bytes", footprint.totalBytes(profile));
      summary.addProperty("weight_bytes", footprint.weightBytes(profile));
      summary.addProperty("kv_bytes", footprint.kvBytes(profile));
      summary.addProperty("mean_pruning_ratio", footprint.meanPruningRatio(profile));
      summary.addProperty("mean_kv_bits", footprint.meanKvBits(profile));
      summary.addProperty("profile_id", profile.id());
      return summary;
    }
  }
}
