package io.paretune.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.benchmark.BenchmarkFormat;
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
              { name = mine, samples = "s3a://b/mine.parquet" }
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
                2),
            new BenchmarkPart(
                "mine",
                List.of("s3a://b/mine.parquet"),
                BenchmarkFormat.GENERIC,
                Optional.empty(),
                1));
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
                            + " {name=a, samples=[g], format=nope, wieght=1}, {samples=[]}]"),
                    Set.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "benchmark.name: is set, and benchmarks are",
            "weight is wrong — must be a number above 0",
            "the name \"a\" is given twice",
            "format is wrong — must be one of generic, pope",
            "there is no such key: wieght",
            "name is not set",
            "samples is wrong — must be a list of paths or URIs");
  }
}
