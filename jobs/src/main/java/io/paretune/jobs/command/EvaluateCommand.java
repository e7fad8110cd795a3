package io.paretune.jobs.command;

import io.paretune.jobs.fanout.ProfileEvaluation;
import io.paretune.jobs.fanout.ProfileEvaluation.Calibrated;
import io.paretune.jobs.ingest.SamplesReader;
import io.paretune.jobs.tables.Sessions;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.engine.TypePolicy;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.spark.Models;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code evaluate}: one profile on a benchmark file, without a study. */
final class EvaluateCommand implements Command {
  private static final Option<String> MODEL =
      Option.text("--model", "DIR", "Hugging Face directory: a path or a URI").required();
  private static final Option<String> SAMPLES =
      Option.text("--samples", "FILE.parquet", "questions, one a row; several files may be given")
          .several();
  private static final Option<String> SPLIT =
      Option.text("--split", "NAME", "which of their questions are asked").required();
  private static final Option<Path> PROFILE =
      Option.path("--profile", "FILE", "how the model is compressed (JSON)");
  private static final Option<Boolean> DENSE = Option.flag("--dense", "the model as it is");
  private static final Option<Path> OUT =
      Option.path("--out", "FILE", "where the answers go, one JSON line a question").required();
  private static final Option<EvaluationMode> MODE =
      Option.oneOf(
              "--mode",
              "answer by the likeliest option, by generating text, or as the benchmark's protocol"
                  + " does",
              EvaluationMode.values(),
              EvaluationMode::key)
          .orElse("options");
  private static final Option<Integer> BATCH =
      Option.wholeNumber("--batch", "N", "questions in a forward, at most", 1).orElse("64");
  private static final Option<TypePolicy> TYPE =
      Option.oneOf(
              "--type",
              "what is computed in: auto is fp32 on CPUs and bf16 on GPUs; bf16 on CPUs that have"
                  + " instructions for it",
              TypePolicy.values(),
              TypePolicy::key)
          .orElse("auto");
  private static final Option<Workload> WORKLOAD =
      Option.workload("--workload", "load that the reported memory is for").orElse("16x4096");
  private static final Option<String> CALIBRATION =
      Option.text(
          "--calibration", "FILE", "questions to calibrate with (default: the samples file)");
  private static final Option<String> CALIBRATION_SPLIT =
      Option.text("--calibration-split", "NAME", "which of their questions").orElse("train");
  private static final Option<Integer> CALIBRATION_SAMPLES =
      Option.wholeNumber(
              "--calibration-samples", "N", "how many of them, in file order; 0 for all", 0)
          .orElse("128");

  @Override
  public CommandSpec spec() {
    return CommandSpec.of(
            "evaluate", "score one profile on a benchmark file", CommandSpec.Engine.SPARK)
        .with(MODEL, SAMPLES, SPLIT)
        .withOneOf(PROFILE, DENSE)
        .with(
            OUT, MODE, BATCH, TYPE, WORKLOAD, CALIBRATION, CALIBRATION_SPLIT, CALIBRATION_SAMPLES);
  }

  @Override
  public void run(Invocation invocation) throws IOException {
    Problems problems = new Problems();
    Path out = invocation.value(OUT).toAbsolutePath();
    OutputFile.check("--out", out, problems);
    DecoderShape shape = problems.collect(() -> shape(invocation.value(MODEL)));
    CompressionProfile profile = problems.collect(() -> profile(invocation));
    List<String> samples = invocation.arguments().values(SAMPLES);
    SamplesReader.checkLocal(samples, problems);
    invocation
        .arguments()
        .valueIfGiven(CALIBRATION)
        .ifPresent(file -> SamplesReader.checkLocal(List.of(file), problems));
    if (shape != null && profile != null) {
      checkFits(profile, shape.layers(), invocation, problems);
    }
    problems.throwIfAny();
    if (shape == null || profile == null) {
      throw new IllegalStateException("nothing was reported");
    }
    Calibrated calibration =
        new Calibrated(
            invocation.arguments().valueIfGiven(CALIBRATION).map(List::of).orElse(samples),
            invocation.value(CALIBRATION_SPLIT),
            invocation.value(CALIBRATION_SAMPLES));
    try (Sessions.Opened session = Sessions.open("paretune evaluate")) {
      ProfileEvaluation.Report report =
          new ProfileEvaluation(
                  invocation.value(MODEL),
                  samples,
                  invocation.value(SPLIT),
                  profile,
                  invocation.value(MODE),
                  invocation.value(BATCH),
                  invocation.value(TYPE),
                  calibration)
              .run(session.spark());
      report.writeAnswers(out);
      invocation
          .out()
          .println(report.summary(new MemoryFootprint(shape, invocation.value(WORKLOAD))));
    }
  }

  private static DecoderShape shape(String model) {
    try (Checkpoint checkpoint = Checkpoint.open(Models.directory(model))) {
      return DecoderShape.of(checkpoint);
    }
  }

  private static CompressionProfile profile(Invocation invocation) {
    return invocation
        .arguments()
        .valueIfGiven(PROFILE)
        .map(ProfileFile::read)
        .orElseGet(CompressionProfile::dense);
  }

  private static void checkFits(
      CompressionProfile profile, int layers, Invocation invocation, Problems problems) {
    String where =
        invocation.arguments().valueIfGiven(PROFILE).map(Path::toString).orElse("--dense");
    LayerStack.check(where, profile, layers, problems);
  }
}
