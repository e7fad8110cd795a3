package io.paretune.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.SampleFiles.Question;
import io.paretune.jobs.tables.RejectedSampleRecord;
import io.paretune.jobs.tables.RejectedSamplesTable;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestTest {
  private final SparkSession spark = SharedSpark.session();
  private final SampleFiles files = new SampleFiles(spark);

  @TempDir static Path shared;
  @TempDir private Path folder;

  private static Question[] questions(int sound, int broken) {
    return IntStream.range(0, sound + broken)
        .mapToObj(i -> Question.of("q" + i, i < sound ? SampleFiles.noise(4 + i % 7) : null))
        .toArray(Question[]::new);
  }

  @Test
  void ingestingAgainChangesNothing() {
    Warehouse warehouse = Warehouse.at("warehouse", shared.toString());
    String file = files.write(folder.resolve("s.parquet"), questions(20, 1));
    Intake intake = new Intake("toy", 3, 0.05);

    Ingest.Report first = Ingest.run(spark, warehouse, List.of(file), intake);
    long commits = commits(warehouse);
    Ingest.Report second = Ingest.run(spark, warehouse, List.of(file), intake);

    assertThat(first)
        .isEqualTo(
            new Ingest.Report(
                "toy", first.version(), 20, 1, 7, 3, Ingest.Outcome.WRITTEN, Optional.empty()));
    assertThat(second)
        .isEqualTo(
            new Ingest.Report(
                "toy", first.version(), 20, 1, 7, 3, Ingest.Outcome.UNCHANGED, Optional.empty()));
    assertThat(commits(warehouse)).isEqualTo(commits);
    SamplesTable samples = new SamplesTable(spark, warehouse);
    assertThat(samples.read("toy", first.version()).count()).isEqualTo(20);
    assertThat(samples.read("toy", first.version()).select("image_id", "shard").distinct().count())
        .as("an image is in one shard")
        .isEqualTo(7);
    assertThat(
            RejectedSampleRecord.fromRow(new RejectedSamplesTable(spark, warehouse).read().head())
                .reason())
        .isEqualTo("image is null");
  }

  @Test
  void filesThatDidNotChangeAreNotReadAgain() throws IOException {
    Warehouse warehouse = Warehouse.at("warehouse", shared.toString());
    Path file = Path.of(files.write(folder.resolve("s.parquet"), questions(20, 1)));
    Instant yesterday = Instant.now().minus(Duration.ofDays(1));
    Files.setLastModifiedTime(file, FileTime.from(yesterday));
    Intake intake = new Intake("known", 3, 0.05);
    Ingest.Report first = Ingest.run(spark, warehouse, List.of(file.toString()), intake);

    byte[] garbage = new byte[(int) Files.size(file)];
    Files.write(file, garbage); // shows whether it is read
    Files.setLastModifiedTime(file, FileTime.from(yesterday));
    Ingest.Report second = Ingest.run(spark, warehouse, List.of(file.toString()), intake);

    assertThat(first.outcome()).isEqualTo(Ingest.Outcome.WRITTEN);
    assertThat(second)
        .isEqualTo(
            new Ingest.Report(
                "known", first.version(), 20, 1, 7, 3, Ingest.Outcome.UNCHANGED, Optional.empty()));
    assertThatThrownBy(
            () ->
                Ingest.run(
                    spark, warehouse, List.of(file.toString()), new Intake("known", 2, 0.05)))
        .as("taken in otherwise")
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is not a readable Parquet file");
    Files.setLastModifiedTime(file, FileTime.from(yesterday.plusSeconds(1)));
    assertThatThrownBy(() -> Ingest.run(spark, warehouse, List.of(file.toString()), intake))
        .as("changed")
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is not a readable Parquet file");
  }

  @Test
  void imagesThatRowsNameMustNotHaveChangedEither() throws IOException {
    Warehouse warehouse = Warehouse.at("warehouse", shared.toString());
    Path images = Files.createDirectory(folder.resolve("images"));
    Path image = Files.write(images.resolve("red.png"), SampleFiles.png(0xff0000, 8));
    Path file = folder.resolve("s.jsonl");
    Files.writeString(
        file,
        """
        {"sample_id":"a","image_path":"red.png","question":"?","options":["x","y"],"answer":"x",\
        "category":"c","split":"val"}
        """);
    Instant yesterday = Instant.now().minus(Duration.ofDays(1));
    for (Path settled : List.of(image, images, file)) {
      Files.setLastModifiedTime(settled, FileTime.from(yesterday));
    }
    Intake intake =
        new Intake(
            "named",
            BenchmarkFormat.GENERIC,
            1,
            0,
            images.toString(),
            SplitShares.NONE,
            PromptCheck.NONE);
    Ingest.Report first = Ingest.run(spark, warehouse, List.of(file.toString()), intake);

    byte[] green = SampleFiles.png(0x00ff00, 8);
    assertThat(green).hasSize((int) Files.size(image));
    Files.write(image, green); // shows whether it is read
    Files.setLastModifiedTime(image, FileTime.from(yesterday));
    Ingest.Report second = Ingest.run(spark, warehouse, List.of(file.toString()), intake);
    Files.setLastModifiedTime(image, FileTime.from(yesterday.plusSeconds(1)));
    Ingest.Report third = Ingest.run(spark, warehouse, List.of(file.toString()), intake);
    Path blue = Files.write(folder.resolve("blue.png"), SampleFiles.png(0x0000ff, 8));
    Files.setLastModifiedTime(blue, FileTime.from(yesterday.plusSeconds(1)));
    Files.move(blue, image, StandardCopyOption.REPLACE_EXISTING); // with its old time
    Ingest.Report fourth = Ingest.run(spark, warehouse, List.of(file.toString()), intake);

    assertThat(second.outcome()).isEqualTo(Ingest.Outcome.UNCHANGED);
    assertThat(second.version()).isEqualTo(first.version());
    assertThat(third.change()).contains(new VersionChange(0, 0, 1));
    assertThat(fourth.change()).contains(new VersionChange(0, 0, 1));
  }

  private long commits(Warehouse warehouse) {
    return io.delta.tables.DeltaTable.forPath(spark, warehouse.path("samples")).history().count();
  }

  @Test
  void nothingIsWrittenWhenTooManyRowsAreBad() {
    Path home = folder.resolve("w");
    String file = files.write(folder.resolve("s.parquet"), questions(20, 1));

    assertThatThrownBy(
            () ->
                Ingest.run(
                    spark,
                    Warehouse.at("warehouse", home.toString()),
                    List.of(file),
                    new Intake("toy", 3, 0.01)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("row 20 (q20): image is null")
        .hasMessageContaining("toy: 1 of 21 rows cannot be used; allowed are 1 %");
    assertThat(home).doesNotExist();
  }

  @Test
  void aChangedFileIsANewVersionThatSaysWhatCameAndLeft() {
    Warehouse warehouse = Warehouse.at("warehouse", shared.toString());
    Intake intake = new Intake("changing", 2, 0);
    byte[] red = SampleFiles.png(0xff0000, 8);
    Question kept = Question.of("kept", red);
    Question left = Question.of("left", red);
    Question changed = Question.of("changed", red);
    String before = files.write(folder.resolve("before.parquet"), kept, left, changed);
    String after =
        files.write(
            folder.resolve("after.parquet"),
            kept,
            changed.withQuestion("Is it really?"),
            Question.of("came", red),
            Question.of("came too", red));

    Ingest.Report first = Ingest.run(spark, warehouse, List.of(before), intake);
    Ingest.Report second = Ingest.run(spark, warehouse, List.of(after), intake);

    assertThat(first.change()).isEmpty();
    assertThat(second.version()).isNotEqualTo(first.version());
    assertThat(second.change()).contains(new VersionChange(2, 1, 1));
    SamplesTable samples = new SamplesTable(spark, warehouse);
    assertThat(
            AskedQuestions.edited(
                samples,
                new TreeMap<>(Map.of("changing", second.version())),
                Set.of(first.version(), "gone")))
        .isEqualTo(Map.of(first.version(), Set.of("changed")));
  }
}
