package io.paretune.jobs.command;

import io.paretune.jobs.ingest.SamplesReader;
import io.paretune.jobs.score.ScoreProgram;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.problem.Problems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code score}: metrics of stored answers, without a model. */
final class ScoreCommand implements Command {
  private static final Option<BenchmarkFormat> BENCHMARK =
      new Option<>(
          "--benchmark",
          "NAME",
          "whose questions they are: " + names(),
          ScoreCommand::benchmark,
          Option.Presence.REQUIRED,
          Optional.empty());
  private static final Option<Protocol> PROTOCOL =
      Option.oneOf(
              "--protocol", "whose rules read and judge answers", Protocol.values(), Protocol::key)
          .required();
  private static final Option<String> SAMPLES =
      Option.text("--samples", "FILE.parquet", "the benchmark's files as published").several();
  private static final Option<Path> PREDICTIONS =
      Option.path(
              "--predictions",
              "FILE.jsonl",
              "answers: {\"row\": n, \"text\": \"…\"}, rows of the samples from 0, or the lines"
                  + " that evaluate writes")
          .required();

  @Override
  public CommandSpec spec() {
    return CommandSpec.of("score", "metrics of stored answers", CommandSpec.Engine.SPARK)
        .with(BENCHMARK, PROTOCOL, SAMPLES, PREDICTIONS);
  }

  @Override
  public void run(Invocation invocation) {
    Path predictions = invocation.value(PREDICTIONS);
    List<String> samples = invocation.arguments().values(SAMPLES);
    Problems problems = new Problems();
    if (!Files.isReadable(predictions)) {
      problems.add(
          predictions.toString(), "does not exist or cannot be read", "give a file of JSON lines");
    }
    SamplesReader.checkLocal(samples, problems);
    problems.throwIfAny();
    invocation
        .out()
        .println(
            ScoreProgram.run(
                invocation.value(BENCHMARK), invocation.value(PROTOCOL), samples, predictions));
  }

  private static BenchmarkFormat benchmark(String text) {
    return BenchmarkFormat.named(text)
        .orElseThrow(() -> new IllegalArgumentException("must be one of " + names()));
  }

  private static String names() {
    return Arrays.stream(BenchmarkFormat.values())
        .map(BenchmarkFormat::key)
        .collect(Collectors.joining(", "));
  }
}
