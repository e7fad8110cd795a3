package io.paretune.jobs.command;

import io.paretune.jobs.command.CommandSpec.Engine;
import io.paretune.jobs.ingest.SamplesReader;
import io.paretune.jobs.judge.JudgeProgram;
import io.paretune.jobs.judge.JudgeProgram.Source;
import io.paretune.jobs.score.StoredAnswers;
import io.paretune.udfs.problem.Problems;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code judge}: grades stored answers by a language model. */
final class JudgeCommand implements Command {
  private static final Option<String> SAMPLES =
      Option.text("--samples", "FILE.parquet", "what was asked; several files may be given")
          .anyNumber();
  private static final Option<Path> PREDICTIONS =
      Option.path(
          "--predictions",
          "FILE",
          "answers: the lines that evaluate writes, or {\"row\": n, \"text\": \"…\"}");
  private static final Option<List<Long>> TRIAL =
      Option.wholeNumbers(
          "--trial",
          "N,N…",
          "confirmed trials of the study, in the place of files; without any, its latest frontier",
          0);
  private static final Option<Path> OUT =
      Option.path("--out", "FILE", "where the grades go, one JSON line a question").required();

  @Override
  public CommandSpec spec() {
    return CommandSpec.of("judge", "grades stored answers by a language model", Engine.SPARK)
        .with(SAMPLES, PREDICTIONS, TRIAL, OUT)
        .configured("judge.endpoint", "judge.model");
  }

  @Override
  public void run(Invocation invocation) throws IOException, InterruptedException {
    Problems problems = new Problems();
    Path out = invocation.value(OUT).toAbsolutePath();
    OutputFile.check("--out", out, problems);
    Optional<Source> source = source(invocation.arguments(), problems);
    problems.throwIfAny();
    JudgeProgram.run(invocation.config(), source.orElseThrow(), out, invocation.out());
  }

  /** Empty if that is a problem. */
  private static Optional<Source> source(Arguments arguments, Problems problems) {
    List<String> samples = arguments.values(SAMPLES);
    Optional<Path> file = arguments.valueIfGiven(PREDICTIONS);
    Optional<List<Long>> trials = arguments.valueIfGiven(TRIAL);
    if (samples.isEmpty() && file.isEmpty()) {
      return Optional.of(
          trials.isPresent() ? new Source.Trials(trials.get()) : new Source.Frontier());
    }
    if (trials.isPresent()) {
      problems.add("--trial", "is given with files", "judge trials or files, not both");
    }
    if (samples.isEmpty()) {
      problems.add("--samples", "is not given", "name the files that the predictions are for");
    }
    SamplesReader.checkLocal(samples, problems);
    if (file.isEmpty()) {
      problems.add("--predictions", "is not given", "give the file that evaluate wrote");
    }
    return file.map(f -> new Source.Files(samples, StoredAnswers.read(f, problems)));
  }
}
