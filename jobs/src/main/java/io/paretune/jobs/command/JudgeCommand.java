package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.ingest.SamplesReader;
import io.paretune.jobs.judge.JudgeProgram;
import io.paretune.jobs.judge.Predictions;
import io.paretune.udfs.problem.Problems;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code judge}: grades stored answers by a language model. */
final class JudgeCommand implements Command {
  private static final Option<String> SAMPLES =
      Option.text("--samples", "FILE.parquet", "what was asked; several files may be given")
          .several();
  private static final Option<Path> PREDICTIONS =
      Option.path("--predictions", "FILE", "what was answered: the lines that evaluate writes")
          .required();
  private static final Option<Path> OUT =
      Option.path("--out", "FILE", "where the grades go, one JSON line a question").required();

  @Override
  public CommandSpec spec() {
    return CommandSpec.of("judge", "grades stored answers by a language model", Engine.SPARK)
        .with(SAMPLES, PREDICTIONS, OUT)
        .configured("judge.endpoint", "judge.model");
  }

  @Override
  public void run(Invocation invocation) throws IOException, InterruptedException {
    Problems problems = new Problems();
    Path out = invocation.value(OUT).toAbsolutePath();
    OutputFile.check("--out", out, problems);
    List<String> samples = invocation.arguments().values(SAMPLES);
    SamplesReader.checkLocal(samples, problems);
    Map<String, String> predictions =
        problems.collect(() -> Predictions.read(invocation.value(PREDICTIONS)));
    problems.throwIfAny();
    if (predictions == null) {
      throw new IllegalStateException("nothing was reported");
    }
    JudgeProgram.run(invocation.config(), samples, predictions, out, invocation.out());
  }
}
