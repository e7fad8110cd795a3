package io.paretune.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeveralBenchmarksConfigTest {
  @TempDir Path directory;

  @Test
  void severalBenchmarksStandInThePlaceOfOne() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("study.conf"),
            """
            benchmarks = [
              { name = gqa, samples = ["gqa/*.parquet"], format = gqa, images = "i.parquet", weight = 2 }
              { name = mine, samples = "s3a://b/mine.parquet", answering { confirm = generate } }
            ]
            """);

    BenchmarkConfig config =
        ParetuneConfig.read(
                Optional.of(file), List.of(), Set.of("benchmark.name", "benchmark.samples"))
            .benchmark();

    assertThat(config.name()).isEqualTo("gqa+mine");
    assertThat(config.parts())
        .containsExactly(
            new BenchmarkPart(
                "gqa",
                List.of(directory.resolve("gqa/*.parquet").toString()),
                BenchmarkFormat.GQA,
                Optional.of(directory.resolve("i.parquet").toString()),
                2,
                Optional.empty(),
                Optional.empty()),
            new BenchmarkPart(
                "mine",
                List.of("s3a://b/mine.parquet"),
                BenchmarkFormat.GENERIC,
                Optional.empty(),
                1,
                Optional.empty(),
                Optional.of(EvaluationMode.GENERATE)));
    assertThat(config.searching().key()).isEqualTo("options");
    assertThat(config.confirming().key()).isEqualTo("gqa=protocol,mine=generate");
  }

  @Test
  void everyProblemOfSeveralBenchmarksIsReported() {
    assertThatThrownBy(
            () ->
                ParetuneConfig.read(
                    Optional.empty(),
                    List.of(
                        "benchmark.name=x",
                        "benchmarks=[{name=a, samples=[f], weight=0},"
                            + " {name=a, samples=[g], format=nope, wieght=1}, {samples=[],"
                            + " answering {search=guess, confrm=options}}]"),
                    Set.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "benchmark.name: is set, and benchmarks are",
            "weight is wrong — must be a number above 0",
            "the name \"a\" is given twice",
            "format is wrong — must be one of generic, pope",
            "there is no such key: wieght",
            "name is not set",
            "benchmarks[2]: answering.search is wrong — must be one of options, generate, protocol",
            "there is no such key: answering.confrm",
            "samples is wrong — must be a list of paths or URIs");
  }
}
