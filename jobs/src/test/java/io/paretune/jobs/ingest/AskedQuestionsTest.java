package io.paretune.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.tables.SampleRecord;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.benchmark.WeightedBenchmarks;
import io.paretune.udfs.spark.SampleRows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class AskedQuestionsTest {
  private static Row question(String benchmark, String id, String group, String answer) {
    return SampleRecord.toRow(
        new SampleRecord(
            benchmark,
            "v",
            0,
            id,
            "image" + group,
            ByteBuffer.allocate(0),
            "?",
            "",
            List.of("x", "y"),
            List.of(answer),
            "",
            group,
            "",
            "val",
            0));
  }

  /** MMBench finds a question's first form by its id, which is the group's. */
  @Test
  void whatIsJudgedTogetherStaysTogetherAmongSeveralBenchmarks() {
    Dataset<Row> rows =
        AskedQuestions.toldApart(
            SharedSpark.session()
                .createDataFrame(
                    List.of(
                        question("mmb", "7", "7", "A"),
                        question("mmb", "1000007", "7", "A"),
                        question("gqa", "7", "", "cat")),
                    SamplesTable.SCHEMA));
    Benchmark benchmark =
        new WeightedBenchmarks(
            List.of(
                new WeightedBenchmarks.Part(
                    BenchmarkFormat.MM_BENCH.benchmark("mmb", Protocol.LLAVA), 1),
                new WeightedBenchmarks.Part(
                    BenchmarkFormat.GQA.benchmark("gqa", Protocol.LLAVA), 1)));
    List<Outcome> allRight = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (Row row : rows.collectAsList()) {
      Sample sample = SampleRows.sample(row);
      ids.add(sample.sampleId());
      allRight.add(benchmark.answered(sample, sample.answers().get(0)));
    }

    assertThat(ids).containsExactly("mmb/7", "mmb/1000007", "gqa/7");
    assertThat(benchmark.scoreByBenchmark(Tally.of(allRight)))
        .containsEntry("mmb", 1.0)
        .containsEntry("gqa", 1.0);
  }
}
